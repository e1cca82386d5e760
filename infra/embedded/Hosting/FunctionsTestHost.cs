using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.Time;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.Embedded;

/// <summary>
/// A whole functions app inside the test's process: its own entry point, on a free port of 127.0.0.1, in the Development
/// environment. It sees host.json and the settings given here, neither local.settings.json nor environment variables,
/// so any number of hosts run side by side.
/// </summary>
public sealed class FunctionsTestHost : IAsyncDisposable
{
    private readonly IHost host;
    private readonly Task main;

    private FunctionsTestHost(IHost host, Task main)
    {
        this.host = host;
        this.main = main;
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        BaseAddress = new Uri(addresses!.Addresses.First());
    }

    public Uri BaseAddress { get; }
    public IServiceProvider Services => host.Services;

    /// <summary>Opens the admin surface and functions that need a key.</summary>
    public string MasterKey => Services.GetRequiredService<RuntimeOptions>().MasterKey;

    /// <summary>Starts the app by the entry point of its assembly.</summary>
    /// <param name="app">The app; all its functions are served.</param>
    /// <param name="settings">The app's settings; <c>__</c> in a name is read as <c>:</c>.</param>
    /// <param name="configureServices">Runs after the app's own registrations, to replace what a test must.</param>
    /// <param name="ct">Gives up waiting for the start.</param>
    /// <exception cref="Exception">Whatever the app threw while starting.</exception>
    public static Task<FunctionsTestHost> StartAsync(
        Assembly app, IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection>? configureServices = null, CancellationToken ct = default)
    {
        var entryPoint = app.EntryPoint ?? throw new ArgumentException($"{app} has no entry point.", nameof(app));
        return StartAsync(args => RunAsync(entryPoint, args), app.GetTypes(), settings, configureServices, ct);
    }

    /// <summary>Starts an app that is only an entry point and some classes with functions.</summary>
    /// <inheritdoc cref="StartAsync(Assembly, IReadOnlyDictionary{string, string?}, Action{IServiceCollection}?, CancellationToken)"/>
    public static async Task<FunctionsTestHost> StartAsync(
        Func<string[], Task> main, IReadOnlyList<Type> functions, IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? configureServices = null, CancellationToken ct = default)
    {
        var all = new Dictionary<string, string?> { ["AZURE_FUNCTIONS_ENVIRONMENT"] = Environments.Development, ["urls"] = "http://127.0.0.1:0" };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
            all[key] = value;
        var starting = new StartingHost(functions, all, configureServices);

        // An entry point blocks its thread until the app ends, so it gets one of its own.
        var running = Task.Factory.StartNew(
            () =>
            {
                StartingHost.Current = starting;
                return main([]);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        var started = starting.Started.Task;
        await Task.WhenAny(started, running).WaitAsync(ct);
        if (!started.IsCompleted)
        {
            await running;
            throw new InvalidOperationException("The app's entry point ended without running a host.");
        }

        var host = await started;
        // Which timers this host runs, and from when, is settled before a test can move the clock.
        await host.Services.GetRequiredService<TimerHost>().FirstLook.WaitAsync(ct);
        return new FunctionsTestHost(host, running);
    }

    /// <summary>A client with the host's address as its base; redirects are not followed.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = BaseAddress };

    /// <summary>Moves business time forward, for every host on the same database, and waits until this host's timers have caught up.</summary>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken ct = default)
    {
        await Services.GetRequiredService<ClockOffset>().AdvanceAsync(by, ct);
        var offset = Services.GetRequiredService<BusinessClock>().Offset;
        while (!Services.GetRequiredService<TimerHost>().AreSettled(offset))
            await Task.Delay(5, ct);
    }

    /// <summary>Runs a timer function now, outside its schedule, and waits for it.</summary>
    /// <exception cref="Exception">Whatever the function threw.</exception>
    public Task InvokeAsync(string function, CancellationToken ct = default) =>
        Services.GetRequiredService<TimerHost>().Find(function) is { } timer
            ? timer.RunNowAsync(ct)
            : throw new ArgumentException($"There is no timer function {function}.", nameof(function));

    public async ValueTask DisposeAsync()
    {
        if (main.IsCompleted)
        {
            // The entry point only started the host; who started it ends it.
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
            return;
        }

        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await main;
    }

    private static Task RunAsync(MethodInfo entryPoint, string[] args)
    {
        object?[] parameters = entryPoint.GetParameters().Length == 0 ? [] : [args];
        var returned = entryPoint.Invoke(null, BindingFlags.DoNotWrapExceptions, null, parameters, null);
        return returned as Task ?? Task.CompletedTask;
    }
}

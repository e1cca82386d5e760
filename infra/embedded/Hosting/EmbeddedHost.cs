using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Embedded.Http;
using NxLoy.Functions.Embedded.ServiceBus;
using NxLoy.Functions.Embedded.ServiceBus.Broker;
using NxLoy.Functions.Embedded.Time;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>Composes the runtime: the official builder's two moments, creation and build, end here.</summary>
internal static class EmbeddedHost
{
    // The Functions host runs on ASP.NET Core's host and keeps its limits: 30 seconds to drain, 100 MiB a request body.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);
    private const long MaxRequestBodySize = 104_857_600;

    public static WebApplicationBuilder CreateBuilder(string[] args, StartingHost? starting)
    {
        void Settings(IConfigurationBuilder configuration) => _ = starting is null
            ? configuration.AddAppSettings(AppContext.BaseDirectory, args)
            : configuration.AddTestSettings(AppContext.BaseDirectory, args, starting.Settings);

        // The environment's name is itself a setting, but the builder wants it first.
        var early = new ConfigurationBuilder();
        Settings(early);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = ApplicationAssembly(starting).GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = early.Build()["AZURE_FUNCTIONS_ENVIRONMENT"] ?? Environments.Production,
        });
        Settings(builder.Configuration);

        var options = new RuntimeOptions(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = DrainLimit;
            host.ServicesStopConcurrently = true;
        });
        builder.WebHost.UseKestrelCore().UseUrls(options.Urls).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodySize;
        });
        AddTime(builder, options);
        builder.AddBroker(options, TypesOf(starting));
        AddLogging(builder, quiet: starting is not null);
        return builder;
    }

    public static IHost Build(
        WebApplicationBuilder builder, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middlewares,
        bool aspNetCoreIntegration, StartingHost? starting)
    {
        var functions = FunctionTable.From(TypesOf(starting), builder.Configuration);
        if (!aspNetCoreIntegration && functions.Any(f => f.Http is not null))
            throw new InvalidOperationException("The app has HTTP functions: call ConfigureFunctionsWebApplication on its builder.");

        builder.Services.AddSingleton(functions);
        builder.Services.AddHostedService<ServiceBusHost>();
        builder.Services.AddDurable(functions, new RuntimeOptions(builder.Configuration));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<FunctionPipeline>(services, middlewares));
        starting?.ConfigureServices?.Invoke(builder.Services);

        var app = builder.Build();
        app.Services.GetService<HostDatabase>()?.CreateSchema();
        app.Services.GetRequiredService<ClockOffset>().Load();
        app.Services.GetRequiredService<TimerHost>();
        app.MapFunctionsHost();
        starting?.Watch(app);
        return app;
    }

    private static IEnumerable<Type> TypesOf(StartingHost? starting) => starting?.Functions ?? ApplicationAssembly(null).GetTypes();

    private static Assembly ApplicationAssembly(StartingHost? starting) =>
        (starting is { Functions: [var first, ..] } ? first.Assembly : null) ?? Assembly.GetEntryAssembly()
        ?? throw new InvalidOperationException("There is no entry assembly to find functions in.");

    private static void AddTime(WebApplicationBuilder builder, RuntimeOptions options)
    {
        // First come, first served: an app that tries to add TimeProvider.System keeps business time.
        builder.Services.AddSingleton<BusinessClock>();
        builder.Services.AddSingleton<TimeProvider>(services => services.GetRequiredService<BusinessClock>());
        builder.Services.AddSingleton<ClockOffset>();
        builder.Services.AddSingleton<TimerHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TimerHost>());
        if (options.Database is not { Length: > 0 } database)
            return;
        builder.Services.AddSingleton(_ => new HostDatabase(database));
        if (builder.Environment.IsDevelopment())
            builder.Services.AddHostedService<ClockFollower>();
    }

    private static void AddLogging(WebApplicationBuilder builder, bool quiet)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // It would open a scope with the path around every line, and a path may hold what somebody typed.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (quiet)
            builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        else
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.IncludeScopes) = (true, true));
    }

    /// <summary>A host inside a test must not listen to the test runner's signals.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>From the builder to the end of the last request.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task App_RunsByItsOwnEntryPoint()
    {
        await using var host = await StartSampleAppAsync(("Greeting", "hello"));
        using var client = host.CreateClient();

        Assert.Equal("hello", await client.GetStringAsync("/api/settings/Greeting"));
    }

    [Fact]
    public async Task StartAsync_ThrowsWhatTheAppThrewWhileStarting()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartSampleAppAsync(("FailAtStart", "no database")));

        Assert.Equal("no database", exception.Message);
    }

    [Fact]
    public async Task StartAsync_EntryPointThatRunsNoHost_SaysSo() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsTestHost.StartAsync(_ => Task.CompletedTask, []));

    [Fact]
    public async Task Hosts_RunSideBySide_EachWithItsOwnSettings()
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => StartSampleAppAsync(("Greeting", $"{i}"))));

        var answers = await Task.WhenAll(hosts.Select(async host =>
        {
            using var client = host.CreateClient();
            return await client.GetStringAsync("/api/settings/Greeting");
        }));

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], answers);
        foreach (var host in hosts)
            await host.DisposeAsync();
    }

    [Fact]
    public async Task NothingAnswers_BeforeTheHostIsRun()
    {
        var port = FreePort.Choose();
        var refused = false;
        await using var host = await FunctionsTestHost.StartAsync(
            async args =>
            {
                var builder = FunctionsApplication.CreateBuilder(args);
                builder.ConfigureFunctionsWebApplication();
                var built = builder.Build();
                using var client = new HttpClient();
                refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{port}/"))) is not null;
                await built.RunAsync();
            },
            [], new Dictionary<string, string?> { ["urls"] = $"http://127.0.0.1:{port}" });

        Assert.True(refused);
        Assert.Equal(port, host.BaseAddress.Port);
    }

    [Fact]
    public async Task ConfigureServices_ComesAfterTheAppsOwn()
    {
        await using var host = await FunctionsTestHost.StartAsync(
            async args =>
            {
                var builder = FunctionsApplication.CreateBuilder(args);
                builder.Services.AddSingleton("the app's");
                await builder.Build().RunAsync();
            },
            [], configureServices: services => services.Replace(ServiceDescriptor.Singleton("the test's")));

        Assert.Equal("the test's", host.Services.GetRequiredService<string>());
    }

    [Fact]
    public async Task FunctionNames_AreUnique()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => SampleApp.StartAsync<TwoOfOneName>());

        Assert.StartsWith("Function names are unique: SAME is both", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpFunctions_WithoutConfigureFunctionsWebApplication_StopTheStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsTestHost.StartAsync(
            async args => await FunctionsApplication.CreateBuilder(args).Build().RunAsync(), [typeof(Waiting)]));

        Assert.Contains("ConfigureFunctionsWebApplication", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ParameterTheRuntimeCannotBind_StopsTheStart() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => SampleApp.StartAsync<Unbindable>());

    [Fact]
    public void Builder_BuildsOnce()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        using var host = builder.Build();

        Assert.Throws<InvalidOperationException>(builder.Build);
        Assert.Throws<InvalidOperationException>(() => builder.Use(next => next));
    }

    [Theory]
    [InlineData("", "/waiting")]
    [InlineData("v2/", "/v2/waiting")]
    public async Task RoutePrefix_ComesFromHostJson_OrItsOverride(string prefix, string path)
    {
        await using var host = await SampleApp.StartAsync<Waiting>(
            builder => builder.Services.AddSingleton<Progress>(), ("AzureFunctionsJobHost__extensions__http__routePrefix", prefix));
        using var client = host.CreateClient();

        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task CancellationToken_Fires_WhenTheClientGoesAway()
    {
        var progress = new Progress();
        await using var host = await SampleApp.StartAsync<Waiting>(builder => builder.Services.AddSingleton(progress));
        using var client = host.CreateClient();
        using var goAway = new CancellationTokenSource();

        var call = client.GetAsync(new Uri("/api/waiting", UriKind.Relative), goAway.Token);
        await progress.Begun.Task.WaitAsync(Eventually.Patience);
        await goAway.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await progress.Cancelled.Task.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task CancellationToken_Fires_WhenTheFunctionRunsTooLong()
    {
        var progress = new Progress();
        await using var host = await SampleApp.StartAsync<Waiting>(
            builder => builder.Services.AddSingleton(progress), ("AzureFunctionsJobHost:functionTimeout", "00:00:00.2"));
        using var client = host.CreateClient();

        using var response = await client.GetAsync(new Uri("/api/waiting", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.True(progress.Cancelled.Task.IsCompleted);
    }

    [Fact]
    public async Task Stop_LetsRequestsInFlightFinish()
    {
        var host = await StartSampleAppAsync();
        using var client = host.CreateClient();
        var call = client.GetStringAsync("/api/slowly/1000");
        await Eventually.TrueAsync(async () => await client.GetStringAsync("/api/is-slow") == "True");

        await host.DisposeAsync();

        Assert.Equal("done", await call);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/api/empty"));
    }

    private static Task<FunctionsTestHost> StartSampleAppAsync(params (string Key, string Value)[] settings) => FunctionsTestHost.StartAsync(
        typeof(NxLoy.Functions.SampleApp.SampleFunctions).Assembly,
        settings.Append(("EverySecond__Schedule", "0 0 0 1 1 *")).Concat(SampleProcess.WithoutSagas.Select(name => (name, "true")))
            .ToDictionary(s => s.Item1, s => (string?)s.Item2));

    internal sealed class Progress
    {
        public TaskCompletionSource Begun { get; } = new();
        public TaskCompletionSource Cancelled { get; } = new();
    }

    internal sealed class Waiting(Progress progress)
    {
        [Function("Wait")]
        public async Task Wait([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "waiting")] HttpRequest request, CancellationToken cancellationToken)
        {
            await using var registration = cancellationToken.Register(() => progress.Cancelled.TrySetResult());
            progress.Begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        [Function("DoNotWait")]
        public static void DoNotWait([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "waiting")] HttpRequest request)
        {
        }
    }

    internal sealed class TwoOfOneName
    {
        [Function("Same")]
        public static void One([TimerTrigger("0 0 0 * * *")] TimerInfo timer)
        {
        }

        [Function("SAME")]
        public static void Other([TimerTrigger("0 0 0 * * *")] TimerInfo timer)
        {
        }
    }

    internal sealed class Unbindable
    {
        [Function("Unbindable")]
        public static void Run([TimerTrigger("0 0 0 * * *")] TimerInfo timer, IConfiguration settings)
        {
        }
    }
}

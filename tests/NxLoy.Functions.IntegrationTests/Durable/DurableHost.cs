using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>The sample orchestrations on a host with a database of its own; one per test class.</summary>
public sealed class DurableHost : IAsyncLifetime
{
    private RuntimeDatabase? database;

    public FunctionsTestHost Host { get; private set; } = null!;

    internal RuntimeDatabase Database => database!;

    public DurableTaskClient Client => Host.Services.GetRequiredService<DurableClient>();

    public async Task InitializeAsync()
    {
        database = await RuntimeDatabase.CreateAsync();
        Host = await StartAnotherAsync();
    }

    /// <summary>Another host on the same database: its own worker, the same work.</summary>
    public Task<FunctionsTestHost> StartAnotherAsync(params (string Key, string? Value)[] settings) =>
        Embedded.SampleApp.StartAsync<SampleOrchestrations>(
            builder => builder.Logging.AddProvider(new Lines()), [database!.Setting, ("EmbeddedRuntime:Lease", "00:00:10"), .. settings]);

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await database!.DisposeAsync();
    }

    /// <summary>Runs an orchestration to its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, options);
        return await EndOfAsync(id);
    }

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
    }

    public async Task<T?> OutputOfAsync<T>(TaskName name, object? input = null)
    {
        var end = await RunAsync(name, input);
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, end.SerializedOutput);
        return end.ReadOutputAs<T>();
    }

    /// <summary>Keeps what orchestrators log where a test can read it.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                SampleOrchestrations.Logged.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }

    public async Task<string> StartAsync(TaskName name, object? input = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input);
        await Client.WaitForInstanceStartAsync(id);
        return id;
    }
}

using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>What a long outage, a long drain or bad timing leaves behind goes on, once.</summary>
public sealed class RecoveryTests
{
    private const string HoldsOn = nameof(SampleOrchestrations.HoldsOn);

    [Fact]
    public async Task DatabaseThatIsGoneForLong_GetsTheOutcomeWhenItIsBack_AndTheActivityRunsOnce()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var proxy = new CommitProxy(database.ConnectionString);
        using var lines = new LogLines();
        await using var host = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(
            builder => builder.Logging.AddProvider(lines),
            services => services.AddSingleton(provider => new DurableOptions(provider.GetRequiredService<IConfiguration>()) { LongestRetryPause = TimeSpan.FromMilliseconds(1) }),
            ("EmbeddedRuntime:Database", proxy.ConnectionString));
        var id = await HeldAsync(host);

        proxy.Refuse();
        SampleOrchestrations.Release(id);

        // More attempts than the pause between them could be doubled.
        await Eventually.TrueAsync(() => lines.Lines.Count(line => line.Contains("Outcomes of 1 activities", StringComparison.Ordinal)) > 70);
        proxy.Allow();

        Assert.Equal((1, 1), (await EndAsync(host, id), SampleOrchestrations.RunsOf(id)));
        var next = await HeldAsync(host);
        SampleOrchestrations.Release(next);
        Assert.Equal(1, await EndAsync(host, next));
    }

    [Fact]
    public async Task DrainLongerThanTheLease_KeepsItsWork()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        (string, string?)[] settings = [database.Setting, ("EmbeddedRuntime:Lease", "00:00:20")];
        var stopping = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(settings);
        var worker = stopping.Services.GetRequiredService<Worker>().Id;
        var id = await HeldAsync(stopping);
        await using var other = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(settings);

        var drain = stopping.DisposeAsync().AsTask();

        // Signs of life go on: one may have been on its way, two were not.
        for (var signs = 0; signs < 2; signs++)
        {
            var last = await SignAsync();
            await Eventually.TrueAsync(async () => await SignAsync() > last);
        }

        var meanwhile = (drain.IsCompleted, SampleOrchestrations.RunsOf(id));
        SampleOrchestrations.Release(id);
        await drain;

        Assert.Equal((false, 1), meanwhile);
        Assert.Equal((1, 1), (await EndAsync(other, id), SampleOrchestrations.RunsOf(id)));

        Task<DateTime> SignAsync() => database.ScalarAsync<DateTime>($"select alive_until from functions_host.durable_workers where id = '{worker}'");
    }

    [Fact]
    public async Task ProcessThatStoodStillForLongerThanItsLease_DoesNotRunTwiceWhatItStillRuns()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var host = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(database.Setting, ("EmbeddedRuntime:Lease", "00:05:00"));
        var id = await HeldAsync(host);

        // As it finds things when it goes on, before its next sign of life.
        await database.ExecuteAsync("update functions_host.durable_workers set alive_until = clock_timestamp()");
        var other = await HeldAsync(host); // It has looked for work.
        SampleOrchestrations.Release(id);
        SampleOrchestrations.Release(other);

        Assert.Equal((1, 1), (await EndAsync(host, id), SampleOrchestrations.RunsOf(id)));
    }

    [Fact]
    public async Task SuspensionBesideAContinuation_IsKept()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var host = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(database.Setting);
        var client = host.Services.GetRequiredService<DurableClient>();
        var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Forgetful), "default");
        await client.WaitForInstanceStartAsync(id);

        // Both in one transaction, so that one step takes both in.
        await using (var batch = host.Services.GetRequiredService<HostDatabase>().Source.CreateBatch())
        {
            Messages.Send(batch, id, "event", new EventRaisedEvent("Continue", null), DateTimeOffset.UtcNow.UtcDateTime);
            Messages.Send(batch, id, "control", new ExecutionSuspendedEvent("audit"), DateTimeOffset.UtcNow.UtcDateTime);
            await batch.ExecuteNonQueryAsync();
        }

        await Eventually.TrueAsync(async () => await client.GetInstanceAsync(id, getInputsAndOutputs: true) is { SerializedInput: null });
        await Eventually.TrueAsync(async () => (await client.GetInstanceAsync(id))!.RuntimeStatus != OrchestrationRuntimeStatus.Running);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync(id))!.RuntimeStatus);

        await client.ResumeInstanceAsync(id);
        Assert.Equal("forgotten", (await client.WaitForInstanceCompletionAsync(id, true).WaitAsync(Eventually.Patience)).ReadOutputAs<string>());
    }

    /// <summary>An instance whose activity runs and waits to be released.</summary>
    private static async Task<string> HeldAsync(FunctionsTestHost host)
    {
        var id = await host.Services.GetRequiredService<DurableClient>().ScheduleNewOrchestrationInstanceAsync(HoldsOn);
        await Eventually.TrueAsync(() => SampleOrchestrations.RunsOf(id) == 1);
        return id;
    }

    private static async Task<int> EndAsync(FunctionsTestHost host, string id) =>
        (await host.Services.GetRequiredService<DurableClient>().WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Eventually.Patience)).ReadOutputAs<int>();
}

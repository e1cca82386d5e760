using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Erasure;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>The alerts about requests that nobody decides, and the daily sweep that repairs what fell through.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    private readonly TestApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Unapproved_AlertsFourteenSevenAndTwoDaysBefore_AndWhenOverdue()
    {
        var erasure = (await app.ErasureAsync((await app.CustomerAsync()).Id)).Id;
        await app.DurableSettledAsync();
        Assert.Null(await AlertedAsync(erasure));

        // A month from now is 28 to 31 days off; the request is due after 30 at most.
        var due = (await app.Database.QueryAsync<DateTime>("select due_at from erasure_requests where id = @erasure", new { erasure }))[0];
        foreach (var days in (int[])[14, 7, 2, 0])
        {
            await app.Host.AdvanceAsync(due.AddDays(-days).AddMinutes(1) - app.BusinessNow().UtcDateTime);
            await Eventually.TrueAsync(async () => await AlertedAsync(erasure) == days);
        }

        (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/approve")).Expect(200);
        await StatusAsync(erasure, "COMPLETED"); // approved too late, it runs at once
    }

    [Fact]
    public async Task RequestWhoseOrchestrationIsMissing_IsRepairedByTheSweep()
    {
        var erasure = (await app.ErasureAsync((await app.CustomerAsync()).Id)).Id;
        await app.DurableSettledAsync();
        await app.Database.QueryAsync<int>("delete from functions_host.durable_instances");

        (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/approve")).Expect(200);
        await app.DurableSettledAsync();
        await app.Database.QueryAsync<int>("delete from functions_host.durable_instances");
        await app.Host.AdvanceAsync(TimeSpan.FromDays(26)); // the sweep's own timer among the rest

        await StatusAsync(erasure, "COMPLETED");
    }

    [Fact]
    public async Task EndedErasure_LeavesNoOrchestrationBehind()
    {
        var erasure = await app.EraseAsync((await app.CustomerAsync()).Id);
        await app.DurableSettledAsync();

        await app.Host.InvokeAsync("EveryDaySweepErasures");

        Assert.Empty(await app.Database.QueryAsync<string>("select id from functions_host.durable_instances where id = @id", new { id = erasure.ToString() }));
        Assert.Equal([true], await app.Database.QueryAsync<bool>("select is_swept from erasure_requests where id = @erasure", new { erasure }));
    }

    [Fact]
    public async Task CancelledErasure_EndsItsOrchestration()
    {
        var erasure = (await app.ErasureAsync((await app.CustomerAsync()).Id)).Id;

        (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/cancel")).Expect(200);

        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>(
            "select status from functions_host.durable_instances where id = @id", new { id = erasure.ToString() })) is ["Completed"]);
    }

    [Fact]
    public async Task ErasureThatCannotBeSwept_KeepsNobodyFromTheOthers()
    {
        var ids = new List<Guid>();
        for (var n = 0; n < 3; n++)
            ids.Add((await app.ErasureAsync((await app.CustomerAsync()).Id)).Id);
        var seen = new List<Guid>();

        var failed = await Assert.ThrowsAsync<AggregateException>(() => app.Host.Services.GetRequiredService<SweepErasures>().ExecuteAsync(
            erasure =>
            {
                seen.Add(erasure.Id);
                return erasure.Id == ids[0] ? throw new IOException("gone") : Task.CompletedTask;
            },
            _ => Task.FromResult(true),
            default));

        Assert.Equal(ids, seen);
        Assert.IsType<IOException>(Assert.Single(failed.InnerExceptions));
    }

    [Fact]
    public async Task OrchestrationThatHasNotEndedYet_IsSweptTheNextTime()
    {
        var erasure = (await app.ErasureAsync((await app.CustomerAsync()).Id)).Id;
        (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/cancel")).Expect(200);
        var sweep = app.Host.Services.GetRequiredService<SweepErasures>();

        await sweep.ExecuteAsync(_ => Task.CompletedTask, _ => Task.FromResult(false), default);
        Assert.Equal([false], await app.Database.QueryAsync<bool>("select is_swept from erasure_requests where id = @erasure", new { erasure }));

        await sweep.ExecuteAsync(_ => Task.CompletedTask, _ => Task.FromResult(true), default);
        Assert.Equal([true], await app.Database.QueryAsync<bool>("select is_swept from erasure_requests where id = @erasure", new { erasure }));
    }

    private async Task<int?> AlertedAsync(Guid erasure) =>
        (await app.Database.QueryAsync<int?>("select alerted_days from erasure_requests where id = @erasure", new { erasure }))[0];

    private Task StatusAsync(Guid erasure, string status) => Eventually.TrueAsync(async () =>
        (await app.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure }))[0] == status);
}

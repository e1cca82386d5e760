using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>Evaluations of everybody that fail, that are started once too often, and that cannot be started.</summary>
public sealed class TierRunFaultTests : IAsyncLifetime
{
    private readonly TestApp app = new() { RunsTiers = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task RunThatFailsInSpiteOfItsRetries_IsFailed_AndTakenUpAgainByTheTimer()
    {
        await app.CustomerAsync();
        await app.Database.QueryAsync<int>(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no more room'; end $$;
            create trigger refuses before insert on tier_run_partitions for each statement execute function refuse()
            """);
        var owner = app.As("owner");
        var run = (await owner.PostAsync("/api/v1/tiers/recalculate")).Expect(202).Headers.Location!.ToString();
        await HurryAsync(async () => await StatusAsync(run) == "FAILED");
        Assert.Equal("Failed", await EndedAsync(run));

        await app.Database.QueryAsync<int>("drop trigger refuses on tier_run_partitions");
        await app.Host.InvokeAsync("EveryQuarterHourTiers");
        await HurryAsync(async () => await StatusAsync(run) == "COMPLETED");

        Assert.Equal("Completed", await EndedAsync(run));
        Assert.Equal(1, (int)(await owner.GetAsync(run)).Expect(200).Json["customers"]!);
        Assert.Equal(2L, (await app.Database.QueryAsync<long>("select count(*) from audit_log where action = 'RunTiers' and business_id = @Business", new { app.Business }))[0]);
    }

    [Fact]
    public async Task RunThatIsOver_IsNotBegunAgain_WhoeverStartsItOnceMore()
    {
        await app.CustomerAsync();
        var asked = (await app.As("owner").PostAsync("/api/v1/tiers/recalculate")).Expect(202);
        await app.TierRunsSettledAsync();
        var before = (await app.As("owner").GetAsync(asked.Headers.Location!.ToString())).Expect(200).Text;
        var run = new TierRun(app.Business, asked.Id);

        Assert.Null(await app.Host.Services.GetRequiredService<RunTiers>().BeginAsync(run, CancellationToken.None));
        await app.Host.Services.GetRequiredService<DurableClient>().StartAsync(run, CancellationToken.None);
        await app.TierRunsSettledAsync();

        Assert.Equal("Completed", await EndedAsync(asked.Headers.Location!.ToString()));
        Assert.Equal(before, (await app.As("owner").GetAsync(asked.Headers.Location!.ToString())).Expect(200).Text);
    }

    [Fact]
    public async Task OneBusinessThatCannotBeStarted_DoesNotKeepTheOthersFromTheirs()
    {
        var businesses = new List<Guid> { app.Business, app.OtherBusiness, await app.GivenBusinessAsync() };
        var tried = new List<Guid>();

        var failed = await Assert.ThrowsAsync<AggregateException>(() => app.Host.Services.GetRequiredService<StartTierRuns>().ExecuteAsync(
            run =>
            {
                tried.Add(run.BusinessId);
                return tried.Count == 2 ? Task.CompletedTask : throw new TimeoutException($"{run.BusinessId}");
            },
            CancellationToken.None));

        Assert.Equal(businesses.Order(), tried.Order());
        Assert.Equal([$"{tried[0]}", $"{tried[2]}"], failed.InnerExceptions.Select(one => Assert.IsType<TimeoutException>(one).Message));
    }

    [Fact]
    public async Task RunThatCannotBeStarted_FailsNobodysRequest()
    {
        var start = app.Host.Services.GetRequiredService<StartTierRuns>();
        var run = new TierRun(app.Business, Guid.NewGuid());

        await start.TryAsync(run, _ => throw new TimeoutException("No database."));

        await Assert.ThrowsAsync<TaskCanceledException>(() => start.TryAsync(run, _ => throw new TaskCanceledException("The caller has gone.")));
    }

    [Fact]
    public async Task Stop_EndsTheStarting()
    {
        using var stop = new CancellationTokenSource();
        var tried = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Host.Services.GetRequiredService<StartTierRuns>().ExecuteAsync(
            _ =>
            {
                tried++;
                return stop.CancelAsync();
            },
            stop.Token));

        Assert.Equal(1, tried);
    }

    private async Task<string?> StatusAsync(string run) => (string?)(await app.As("owner").GetAsync(run)).Expect(200).Json["status"];

    /// <summary>What became of a run's orchestration, once it has ended.</summary>
    private async Task<string> EndedAsync(string run)
    {
        var instance = new TierRun(app.Business, Guid.Parse(run.Split('/')[^1])).InstanceId;
        var status = "";
        await Eventually.TrueAsync(async () =>
        {
            status = (await app.Database.QueryAsync<string>("select status from functions_host.durable_instances where id = @instance", new { instance }))[0];
            return status is not ("Pending" or "Running");
        });
        return status;
    }

    // Pauses before the next try are business time: they are skipped.
    private Task HurryAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(async () =>
    {
        await app.Host.AdvanceAsync(TimeSpan.FromSeconds(30));
        await Task.Delay(100);
        return await condition();
    });
}

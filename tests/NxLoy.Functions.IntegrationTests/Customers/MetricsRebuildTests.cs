using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Customers;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>The nightly rebuild of figures: an orchestration per business, by its own local date.</summary>
public sealed class MetricsRebuildTests : IAsyncLifetime
{
    private readonly TestApp app = new() { RebuildsMetrics = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task BeforeTheFirst_ItIsPending()
    {
        var closed = await app.GivenBusinessAsync(status: "CLOSED"); // which no timer ever starts
        var answer = (await app.AsOf(closed, "owner").GetAsync("/api/v1/metrics/rebuild")).Expect(200);

        Assert.Equal(("PENDING", 0, null), ((string?)answer.Json["status"], (int)answer.Json["progress"]!, answer.Json["localDay"]));
    }

    [Fact]
    public async Task Drift_IsCorrected_AndTheProgressTellsHowMany()
    {
        var (drifted, right) = (await app.BoughtAsync(30), await app.BoughtAsync(12));
        await app.Database.QueryAsync<int>("update customer_metrics set total_spent = 999, visit_count = 7 where customer_id = @drifted", new { drifted });

        await app.Host.InvokeAsync("EveryQuarterHour");

        var progress = await CompletedAsync();
        Assert.Equal((100, 2, 1), ((int)progress["progress"]!, (int)progress["customers"]!, (int)progress["corrected"]!));
        Assert.Equal(30, (decimal)(await app.As("staff").GetAsync($"/api/v1/customers/{drifted}")).Json["totalSpent"]!);
        Assert.Equal(12, (decimal)(await app.As("staff").GetAsync($"/api/v1/customers/{right}")).Json["totalSpent"]!);
        Assert.Equal(1, (await app.Database.QueryAsync<long>("select count(*) from audit_log where action = 'RebuildMetrics' and business_id = @Business", new { app.Business }))[0]);
    }

    [Fact]
    public async Task SameDay_IsDoneOnce_AndTheNextDayAgain()
    {
        await app.Host.InvokeAsync("EveryQuarterHour");
        var first = (string)(await CompletedAsync())["startedAt"]!;

        await app.Host.InvokeAsync("EveryQuarterHour");
        Assert.Equal(first, (string)(await CompletedAsync())["startedAt"]!);

        await app.Host.AdvanceAsync(TimeSpan.FromDays(1));
        await Eventually.TrueAsync(async () => (string)(await CompletedAsync())["startedAt"]! != first);
    }

    [Fact]
    public async Task LocalDate_IsTheBusinesssOwn()
    {
        var east = await app.GivenBusinessAsync("Pacific/Kiritimati");
        var west = await app.GivenBusinessAsync("Pacific/Niue");

        await app.Host.InvokeAsync("EveryQuarterHour");

        var (dayInTheEast, dayInTheWest) = (await CompletedAsync(east), await CompletedAsync(west));
        Assert.Equal(
            BusinessCalendar.Today(DateTimeOffset.UtcNow, "Pacific/Kiritimati").ToString("O"), (string?)dayInTheEast["localDay"]);
        Assert.NotEqual((string?)dayInTheEast["localDay"], (string?)dayInTheWest["localDay"]);
    }

    [Theory]
    [InlineData("RUNNING", null)]
    [InlineData("FAILED", "2026-01-01")]
    public async Task WhatFailedOrLostItsOrchestration_IsStartedAgain(string status, string? finished)
    {
        var today = BusinessCalendar.Today(DateTimeOffset.UtcNow, "UTC");
        await app.Database.QueryAsync<int>(
            "insert into metrics_rebuilds (business_id, local_day, status, started_at, finished_at) values (@Business, @today, @status, now(), @finished::timestamptz)",
            new { app.Business, today, status, finished });

        await app.Host.InvokeAsync("EveryQuarterHour");

        Assert.Equal(today.ToString("O"), (string?)(await CompletedAsync())["localDay"]);
    }

    [Fact]
    public async Task ClosedBusiness_IsLeftAlone()
    {
        var closed = await app.GivenBusinessAsync(status: "CLOSED");

        await app.Host.InvokeAsync("EveryQuarterHour");
        await CompletedAsync();

        Assert.Empty(await app.Database.QueryAsync<Guid>("select business_id from metrics_rebuilds where business_id = @closed", new { closed }));
    }

    [Fact]
    public async Task OneBusinessThatFails_DoesNotKeepTheOthersFromTheirs()
    {
        var businesses = new List<Guid> { app.Business, app.OtherBusiness, await app.GivenBusinessAsync() };
        var tried = new List<Guid>();
        var start = app.Host.Services.GetRequiredService<StartMetricsRebuilds>();

        var failed = await Assert.ThrowsAsync<AggregateException>(() => start.ExecuteAsync(
            rebuild =>
            {
                tried.Add(rebuild.BusinessId);
                return tried.Count == 2 ? Task.CompletedTask : throw new TimeoutException($"{rebuild.BusinessId}");
            },
            CancellationToken.None));

        Assert.Equal(businesses.Order(), tried.Order());
        Assert.Equal([$"{tried[0]}", $"{tried[2]}"], failed.InnerExceptions.Select(one => Assert.IsType<TimeoutException>(one).Message));
    }

    [Fact]
    public async Task Stop_EndsTheStarting()
    {
        using var stop = new CancellationTokenSource();
        var tried = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Host.Services.GetRequiredService<StartMetricsRebuilds>().ExecuteAsync(
            _ =>
            {
                tried++;
                return stop.CancelAsync();
            },
            stop.Token));

        Assert.Equal(1, tried);
    }

    [Fact]
    public async Task PurchasesMeanwhile_AreNotLost()
    {
        var customer = await app.BoughtAsync(1);
        var buying = Task.Run(async () =>
        {
            for (var n = 0; n < 20; n++)
                await app.SellAsync(app.Business, customer, 1);
        });
        for (var n = 0; n < 5; n++)
        {
            await app.Database.QueryAsync<int>("update customer_metrics set total_spent = 999 where customer_id = @customer", new { customer });
            await app.Database.QueryAsync<int>("update metrics_rebuilds set status = 'FAILED', finished_at = now() where business_id = @Business", new { app.Business });
            await app.Host.InvokeAsync("EveryQuarterHour");
            await CompletedAsync();
        }

        await buying;
        Assert.Equal(21, (decimal)(await app.As("staff").GetAsync($"/api/v1/customers/{customer}")).Json["totalSpent"]!);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_EveryFigureIsRightAndCountedOnce()
    {
        for (var n = 0; n < 5; n++)
            await app.BoughtAsync(10);
        await app.StopHostAsync();
        await using var proxy = new CommitProxy(app.Database.Owner) { Counts = Moments.Commits };
        var settings = AppProcess.Quiet(app.StartedWith, proxy, "EveryQuarterHour");
        settings["Metrics:PartitionSize"] = "3"; // two of them

        await new CrashLoop<AppProcess>(proxy, () => AppProcess.StartAsync(settings))
        {
            Prepare = _ => app.Database.QueryAsync<int>(
                "update customer_metrics set total_spent = 999 where business_id = @Business; delete from metrics_rebuilds", new { app.Business }),
            Begin = process => process.StartTimerAsync("EveryQuarterHour"),
            HasEnded = IsCompletedAsync,
            Check = async _ =>
            {
                Assert.All(await app.Database.QueryAsync<decimal>("select total_spent from customer_metrics where business_id = @Business", new { app.Business }), spent => Assert.Equal(10, spent));
                Assert.Equal(5, (await app.Database.QueryAsync<long>("select sum(corrected) from metrics_rebuild_partitions where business_id = @Business", new { app.Business }))[0]);
            },
        }.RunAsync(moreThan: 6);
    }

    private async Task<bool> IsCompletedAsync() =>
        (await app.Database.QueryAsync<string>("select status from metrics_rebuilds where business_id = @Business", new { app.Business })) is ["COMPLETED"]
        && await HasEndedAsync();

    // The row says so a moment before the orchestration itself ends, and while it runs none is started anew.
    private async Task<bool> HasEndedAsync() => (await app.Database.QueryAsync<bool>(
        "select not exists (select from functions_host.durable_instances where status in ('Pending', 'Running'))"))[0];

    private async Task<System.Text.Json.Nodes.JsonNode> CompletedAsync(Guid? business = null)
    {
        Answer? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            answer = (await app.AsOf(business ?? app.Business, "owner").GetAsync("/api/v1/metrics/rebuild")).Expect(200);
            return (string?)answer.Json["status"] == "COMPLETED" && await HasEndedAsync();
        });
        return answer!.Json;
    }
}

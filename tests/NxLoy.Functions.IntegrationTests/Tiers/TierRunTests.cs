using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>The evaluation of everybody: when a day begins, when thresholds change, and when somebody asks.</summary>
public sealed class TierRunTests : IAsyncLifetime
{
    private const string Timer = "EveryQuarterHourTiers";

    private readonly TestApp app = new() { RunsTiers = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task NewThresholds_AreAppliedToEverybodyAtOnce_AsOfTheirChange()
    {
        var (rich, poor) = (await app.BoughtAsync(600), await app.BoughtAsync(20));

        var written = (await app.TiersAsync(app.Business)).Json;
        await SettledAsync();

        Assert.Equal(("GOLD", "BRONZE"), (await HeldAsync(rich), await HeldAsync(poor)));
        var change = Assert.Single(await app.TierHistoryAsync(app.Business, rich))!;
        Assert.Equal(("configuration", 1L, (string?)written["updatedAt"]), ((string?)change["cause"], (long)change["configurationVersion"]!, (string?)change["changedAt"]));
    }

    [Fact]
    public async Task TwoChangesInARow_CountBoth_InTheirOrder()
    {
        var customer = await app.BoughtAsync(120);
        await Task.WhenAll(app.TiersAsync(app.Business), app.TiersAsync(app.Business, Given.Tiers(50, 100, 1000)));
        await app.TiersAsync(app.Business, Given.Tiers(500, 600, 1000));
        await SettledAsync();

        Assert.Equal(3L, (await app.Database.QueryAsync<long>("select configuration_version from tier_evaluations where business_id = @Business", new { app.Business }))[0]);
        var tier = await app.TierAsync(app.Business, customer);
        Assert.Equal("GOLD", (string?)tier["loyaltyTier"]);
        Assert.NotNull(tier["grace"]);
    }

    [Fact]
    public async Task OwnersWhoAskInTheSameMoment_AllHaveTheirAnswer_AndOneRunServesThem()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 24).Select(n => n % 2 == 0
            ? app.As("owner").PutAsync("/api/v1/tiers/configuration", Given.Tiers(), "*")
            : app.As("owner").PostAsync("/api/v1/tiers/recalculate")));

        Assert.Equal(Enumerable.Range(0, 24).Select(n => n % 2 == 0 ? 200 : 202), asked.Select(answer => answer.Code));
        await SettledAsync();
        Assert.Equal(12L, (await app.Database.QueryAsync<long>("select configuration_version from tier_evaluations where business_id = @Business", new { app.Business }))[0]);
    }

    [Fact]
    public async Task DayThatBegins_StartsAndEndsGraces_AtItsMidnight()
    {
        await app.TiersAsync(app.Business);
        var customer = await app.BoughtAsync(120);
        var bought = Today();
        await SettledAsync();

        await app.Host.AdvanceAsync(StartOf(bought.AddYears(1)) - app.BusinessNow() + TimeSpan.FromMinutes(5));
        await ThroughTodayAsync();
        var held = await app.TierAsync(app.Business, customer);
        await app.Host.AdvanceAsync(TimeSpan.FromDays(200));
        await ThroughTodayAsync();

        var below = bought.AddYears(1);
        Assert.Equal(("SILVER", $"{below:O}", $"{below.AddMonths(3):O}"), ((string?)held["loyaltyTier"], (string?)held["grace"]!["from"], (string?)held["grace"]!["until"]));
        var change = (await app.TierHistoryAsync(app.Business, customer))[0]!;
        Assert.Equal(("SILVER", "BRONZE", "grace_ended"), ((string?)change["fromTier"], (string?)change["toTier"], (string?)change["cause"]));
        Assert.Equal(StartOf(below.AddMonths(3)), (DateTimeOffset)change["changedAt"]!);
    }

    [Fact]
    public async Task BeforeTheRunHasCome_AnswersSayForWhichDayTheyStand()
    {
        await app.TiersAsync(app.Business);
        var customer = await app.BoughtAsync(120);
        await SettledAsync();
        var bought = Today();

        // No timer fires in these, since the clock is set behind the app's back.
        await app.Database.QueryAsync<int>("update tier_evaluations set through_day = @day where business_id = @Business", new { app.Business, day = bought.AddDays(-1) });
        await app.Database.QueryAsync<int>("update tier_states set evaluated_on = @day where customer_id = @customer", new { customer, day = bought.AddDays(-1) });

        var tier = await app.TierAsync(app.Business, customer);
        var profile = (await app.As("staff").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;
        Assert.Equal(($"{bought.AddDays(-1):O}", $"{bought.AddDays(-1):O}"), ((string?)tier["asOf"], (string?)profile["loyalty"]!["asOf"]));
    }

    [Fact]
    public async Task OverrideThatEnds_LeavesTheTierToTheRules_AtMidnight()
    {
        var customer = (await app.CustomerAsync()).Id;
        var last = Today().AddDays(2);
        (await app.As("owner").PostAsync($"/api/v1/customers/{customer}/tier/override", new { tier = "GOLD", reason = "A weekend.", lastDay = last })).Expect(200);

        await app.Host.AdvanceAsync(TimeSpan.FromDays(5));
        await ThroughTodayAsync();

        var change = (await app.TierHistoryAsync(app.Business, customer))[0]!;
        Assert.Equal(("GOLD", "BRONZE", "override"), ((string?)change["fromTier"], (string?)change["toTier"], (string?)change["cause"]));
        Assert.Equal(StartOf(last.AddDays(1)), (DateTimeOffset)change["changedAt"]!);
        Assert.Null((await app.TierAsync(app.Business, customer))["override"]);
    }

    [Fact]
    public async Task Recalculation_ShowsItsProgress_AndIsOneAtATime()
    {
        await app.BoughtAsync(10);
        await ThroughTodayAsync();
        var owner = app.As("owner", "ada");

        var asked = (await owner.PostAsync("/api/v1/tiers/recalculate")).Expect(202);
        await SettledAsync();
        var done = (await owner.GetAsync(asked.Headers.Location!.ToString())).Expect(200).Json;

        Assert.Equal(("request", "COMPLETED", 100, 1, 0, "ada"), ((string?)done["kind"], (string?)done["status"], (int)done["progress"]!, (int)done["customers"]!, (int)done["changed"]!, (string?)done["requestedBy"]));
        var open = Guid.CreateVersion7();
        await app.Database.QueryAsync<int>(
            "insert into tier_runs (id, business_id, kind, status, requested_by, requested_at) values (@open, @Business, 'day', 'QUEUED', 'system', now())", new { open, app.Business });
        Assert.Equal(open, (await owner.PostAsync("/api/v1/tiers/recalculate")).Expect(202).Id);
    }

    // The one under way has been past everybody when somebody asks.
    [Fact]
    public async Task RecalculationAskedForWhileOneIsUnderWay_FollowsAtOnce()
    {
        await app.TiersAsync(app.Business);
        var customer = await app.BoughtAsync(120);
        await ThroughTodayAsync();
        var underWay = await app.BeginTierRunAsync(app.Business);
        await app.Database.QueryAsync<int>("update transactions set amount = 700 where customer_id = @customer", new { customer });

        var asked = await AskAsync("ada");
        var next = await app.EndTierRunAsync(underWay);

        Assert.Equal((underWay.Id, true), (asked.Id, asked.IsWantedAgain));
        Assert.NotNull(next);
        Assert.Equal(next, await app.EndTierRunAsync(underWay)); // taken again after a crash
        Assert.Equal(["request ada"], await app.Database.QueryAsync<string>("select kind || ' ' || requested_by from tier_runs where id = @Id", new { next.Id }));
        Assert.Null(await app.EndTierRunAsync(await app.BeginTierRunAsync(app.Business)));
        Assert.Equal("GOLD", await HeldAsync(customer));
    }

    // It begins anew and does what was wanted meanwhile, too.
    [Fact]
    public async Task RecalculationAskedForBeforeTheRunBeginsAnew_IsDoneByIt()
    {
        await ThroughTodayAsync();
        await app.BeginTierRunAsync(app.Business);
        await AskAsync("ada");

        Assert.Null(await app.EndTierRunAsync(await app.BeginTierRunAsync(app.Business)));
    }

    [Theory]
    [InlineData("QUEUED", null)]
    [InlineData("RUNNING", null)]
    [InlineData("FAILED", "2026-01-01")]
    public async Task WhatWasLeft_IsStartedByTheTimer(string status, string? finished)
    {
        await ThroughTodayAsync();
        await app.Database.QueryAsync<int>(
            "insert into tier_runs (id, business_id, kind, status, requested_by, requested_at, finished_at) values (gen_random_uuid(), @Business, 'request', @status, 'ada', now(), @finished::timestamptz)",
            new { app.Business, status, finished });

        await ThroughTodayAsync();

        Assert.Equal("request", await KindAsync());
    }

    [Fact]
    public async Task MendedFigures_AreSeenByTheNextRun()
    {
        await app.TiersAsync(app.Business);
        var customer = await app.BoughtAsync(120);
        await SettledAsync();
        await app.Database.QueryAsync<int>("update transactions set amount = 700 where customer_id = @customer", new { customer });

        (await app.As("owner").PostAsync("/api/v1/tiers/recalculate")).Expect(202);
        await SettledAsync();

        Assert.Equal("GOLD", await HeldAsync(customer));
    }

    [Fact]
    public async Task ClosedBusiness_IsLeftAlone()
    {
        var closed = await app.GivenBusinessAsync(status: "CLOSED");

        await ThroughTodayAsync();

        Assert.Empty(await app.Database.QueryAsync<Guid>("select business_id from tier_runs where business_id = @closed", new { closed }));
        Assert.Equal("business_closed", (await app.AsOf(closed, "owner").PostAsync("/api/v1/tiers/recalculate")).Expect(409).Problem);
    }

    [Fact]
    public async Task RecalculationSentAgainWithItsKey_IsTheSameOne_EvenAfterItHasEnded()
    {
        await ThroughTodayAsync();
        var (owner, key) = (app.As("owner"), ("Idempotency-Key", Guid.NewGuid().ToString()));

        var first = (await owner.PostAsync("/api/v1/tiers/recalculate", null, key)).Expect(202);
        await SettledAsync();
        var again = (await owner.PostAsync("/api/v1/tiers/recalculate", null, key)).Expect(202);

        Assert.Equal((first.Id, "COMPLETED"), (again.Id, (string?)again.Json["status"]));
        Assert.NotEqual(first.Id, (await owner.PostAsync("/api/v1/tiers/recalculate")).Expect(202).Id);
    }

    // Thresholds that were set forty days ago, by which nobody has been evaluated yet: they lifted then, and a grace began since.
    [Fact]
    public async Task FirstThresholds_WhoseRunComesLate_LiftAsOfTheirDay()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.SellAsync(app.Business, customer, 120, app.BusinessNow().AddDays(-50));
        await app.TiersAsync(app.Business, new { thresholds = new { silver = Monthly(100), gold = Monthly(500), platinum = Monthly(1000) } });
        await SettledAsync();
        await app.Database.QueryAsync<int>(
            "update tier_config_audits set changed_at = @at; delete from tier_states; delete from tier_changes; delete from tier_evaluations",
            new { at = app.BusinessNow().AddDays(-40) });

        await app.EndTierRunAsync(await app.BeginTierRunAsync(app.Business));

        var tier = await app.TierAsync(app.Business, customer);
        Assert.Equal("SILVER", (string?)tier["loyaltyTier"]);
        Assert.NotNull(tier["grace"]);

        static object Monthly(decimal spending) => new { spendingThreshold = spending, evaluationPeriod = "monthly" };
    }

    /// <summary>As the endpoint asks, which would start the orchestration of the run that this test takes by hand.</summary>
    private async Task<TierRunProgress> AskAsync(string owner) => (await app.Host.Services.GetRequiredService<RequestTierRun>()
        .ExecuteAsync(new Caller(owner, Role.Owner, app.Business, [app.Business]), new Post<Done>(new Done(), null), CancellationToken.None)).Value;

    private DateOnly Today() => BusinessCalendar.Today(app.BusinessNow(), "UTC");

    private static DateTimeOffset StartOf(DateOnly day) => BusinessCalendar.StartOf(day, "UTC");

    private async Task<string?> HeldAsync(Guid customer) => (string?)(await app.TierAsync(app.Business, customer))["loyaltyTier"];

    private async Task<string> KindAsync() =>
        (await app.Database.QueryAsync<string>("select kind from tier_runs where business_id = @Business order by finished_at desc limit 1", new { app.Business }))[0];

    private Task SettledAsync() => app.TierRunsSettledAsync();

    private async Task ThroughTodayAsync()
    {
        await app.Host.InvokeAsync(Timer);
        await Eventually.TrueAsync(async () =>
            (await app.Database.QueryAsync<DateTime>("select through_day::timestamp from tier_evaluations where business_id = @Business", new { app.Business }))
                is [var day] && DateOnly.FromDateTime(day) >= Today());
        await SettledAsync();
    }
}

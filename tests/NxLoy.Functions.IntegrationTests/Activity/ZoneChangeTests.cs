using NodaTime;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>A business moves to another time zone: every day that was counted in the old one is counted anew.</summary>
public sealed class ZoneChangeTests : IAsyncLifetime
{
    private readonly TestApp app = new() { RunsTiers = true, Configure = settings => settings["Zones:PartitionSize"] = "3" };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    // Over clock changes in both directions, and over Samoa's missing day.
    [Theory]
    [InlineData("UTC", "America/New_York", "2026-03-06T00:00:00Z", 6)]
    [InlineData("America/New_York", "Europe/Lisbon", "2026-10-23T00:00:00Z", 12)]
    [InlineData("Europe/Lisbon", "Pacific/Apia", "2011-12-28T00:00:00Z", 6)]
    [InlineData("Asia/Kolkata", "Australia/Lord_Howe", "2026-04-03T00:00:00Z", 5)]
    public async Task EveryDay_IsThatOfTheNewZone(string from, string to, string start, int days)
    {
        var business = await app.GivenBusinessAsync(from);
        var customers = new List<Guid>();
        for (var n = 0; n < 8; n++)
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
        }

        var begin = DateTimeOffset.Parse(start, null);
        var sales = Enumerable.Range(0, days * 48).Select(n => (Id: $"s{n}", Customer: customers[n % 7], At: begin.AddMinutes(n * 30))).ToList();
        await AcceptAsync(business, [.. sales.Select(sale => Events.Sale(business, sale.Customer, 10, sale.Id, sale.At))]);
        var refunds = sales.Where((_, n) => n % 5 == 0).Select(sale => (Id: $"r{sale.Id}", Sale: sale)).ToList();
        await AcceptAsync(business, [.. refunds.Select(refund => Events.Of("refunded", Events.Data(business, 3, refund.Id, refund.Sale.At.AddDays(9), refund.Sale.Customer, original: refund.Sale.Id)))]);
        Assert.NotEmpty(await WrongAsync(business, sales, refunds, to));
        Assert.Empty(await WrongAsync(business, sales, refunds, from));

        await AcceptAsync(business, [Events.Business(business, DateTimeOffset.UtcNow.AddMinutes(-1), timeZone: to)]);
        await MovedAsync(business);

        Assert.Empty(await WrongAsync(business, sales, refunds, to));
        foreach (var group in sales.GroupBy(sale => sale.Customer))
        {
            var (first, last) = (group.Min(sale => Day(sale.At, to)), group.Max(sale => Day(sale.At, to)));
            Assert.Equal(
                [$"{first:yyyy-MM-dd} {last:yyyy-MM-dd}"],
                await app.Database.QueryAsync<string>("select first_visit_on || ' ' || last_visit_on from customer_metrics where customer_id = @Key", new { group.Key }));
        }
    }

    [Fact]
    public async Task SalesMeanwhile_AreRightToo()
    {
        var business = await app.GivenBusinessAsync("UTC");
        var customers = new List<Guid>();
        for (var n = 0; n < 10; n++)
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
        }

        var sales = Enumerable.Range(0, 400).Select(n => (Id: $"s{n}", Customer: customers[n % 10], At: DateTimeOffset.UtcNow.AddDays(-30).AddMinutes(n * 97))).ToList();
        var selling = Task.Run(async () =>
        {
            foreach (var batch in sales.Chunk(10))
            {
                await AcceptAsync(business, [.. batch.Select(sale => Events.Sale(business, sale.Customer, 1, sale.Id, sale.At))]);
            }
        });
        var zones = new[] { "America/New_York", "Asia/Tokyo", "Europe/Berlin", "Pacific/Auckland" };
        for (var n = 0; n < zones.Length; n++)
        {
            await AcceptAsync(business, [Events.Business(business, DateTimeOffset.UtcNow.AddMinutes(n - 10), timeZone: zones[n])]);
            await app.Host.InvokeAsync("EveryMinuteMoveZones");
        }

        await selling;
        await MovedAsync(business);

        Assert.Empty(await WrongAsync(business, sales, [], zones[^1]));
    }

    [Fact]
    public async Task BatchUnderWayWhenTheZoneChanges_IsDatedInTheOneThatIsLeft()
    {
        var business = await app.GivenBusinessAsync("UTC");
        var customer = (await app.CustomerAsync(business: business)).Id;
        var at = new DateTimeOffset(2026, 6, 1, 2, 0, 0, TimeSpan.Zero);
        await using var other = new Npgsql.NpgsqlConnection(app.Database.Superuser);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await Dapper.SqlMapper.ExecuteAsync(other, "select id from customers where id = @customer for update", new { customer }, transaction);

        var selling = app.TellAsync(business, Events.Sale(business, customer, 1, "late", at));
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"))[0]);
        await AcceptAsync(business, [Events.Business(business, DateTimeOffset.UtcNow.AddMinutes(-1), timeZone: "America/New_York")]);
        await transaction.CommitAsync();

        Assert.Equal(["accepted"], (await selling).Outcomes());
        await MovedAsync(business);
        Assert.Equal(["2026-05-31"], await app.Database.QueryAsync<string>("select local_day::text from transactions where business_id = @business", new { business }));
    }

    // From Niue to Kiritimati a sale of half past eleven at night moves on by two dates, and at this hour today does by one.
    [Fact]
    public async Task Tiers_AreThoseOfTheNewZonesDays()
    {
        var now = app.BusinessNow();
        await app.Host.AdvanceAsync(TimeSpan.FromHours((18 - now.UtcDateTime.TimeOfDay.TotalHours + 24) % 24));
        var business = await app.GivenBusinessAsync("Pacific/Niue");
        await app.TiersAsync(business, new { thresholds = new { silver = Monthly(5), gold = Monthly(500), platinum = Monthly(5000) } });
        var customer = (await app.CustomerAsync(business: business)).Id;
        var dayBefore = BusinessCalendar.Today(app.BusinessNow(), "Pacific/Niue").AddMonths(-1); // the last one that no longer counts
        await AcceptAsync(business, [Events.Sale(business, customer, 10, "edge", BusinessCalendar.StartOf(dayBefore, "Pacific/Niue").AddHours(23.5))]);
        Assert.Equal("BRONZE", await TierAsync());

        await AcceptAsync(business, [Events.Business(business, app.BusinessNow().AddMinutes(-1), timeZone: "Pacific/Kiritimati")]);
        await MovedAsync(business);
        await app.Host.InvokeAsync("EveryQuarterHourTiers");
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>(
            "select not exists (select from tier_runs where business_id = @business and status <> 'COMPLETED')", new { business }))[0] && await HasEndedAsync(business));

        var isInside = dayBefore.AddDays(2) > BusinessCalendar.Today(app.BusinessNow(), "Pacific/Kiritimati").AddMonths(-1);
        Assert.Equal(isInside ? "SILVER" : "BRONZE", await TierAsync()); // BRONZE at the ends of some months alone

        async Task<string?> TierAsync() => (string?)(await app.AsOf(business, "owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["loyaltyTier"];
    }

    // At this hour it is the same day in Niue and New York, so nothing but the move tells that tiers have to be looked at again.
    [Fact]
    public async Task TierRunThatIsUnderWayMeanwhile_IsFollowedByAnother()
    {
        var now = app.BusinessNow();
        await app.Host.AdvanceAsync(TimeSpan.FromHours((18 - now.UtcDateTime.TimeOfDay.TotalHours + 24) % 24));
        var business = await app.GivenBusinessAsync("Pacific/Niue");
        await app.TiersAsync(business, new { thresholds = new { silver = Monthly(5), gold = Monthly(500), platinum = Monthly(5000) } });
        var customer = (await app.CustomerAsync(business: business)).Id;
        var dayBefore = BusinessCalendar.Today(app.BusinessNow(), "Pacific/Niue").AddMonths(-1); // the last one that no longer counts
        await AcceptAsync(business, [Events.Sale(business, customer, 10, "edge", BusinessCalendar.StartOf(dayBefore, "Pacific/Niue").AddHours(23.5))]);
        await app.TierRunsSettledAsync();

        var underWay = await app.BeginTierRunAsync(business);
        await AcceptAsync(business, [Events.Business(business, app.BusinessNow().AddMinutes(-1), timeZone: "America/New_York")]);
        await MovedAsync(business);
        Assert.NotNull(await app.EndTierRunAsync(underWay));
        await app.EndTierRunAsync(await app.BeginTierRunAsync(business));

        Assert.Equal(["SILVER"], await app.Database.QueryAsync<string>("select loyalty_tier from customers where id = @customer", new { customer }));
    }

    [Fact]
    public async Task BusinessThatStays_IsLeftAlone()
    {
        var business = await app.GivenBusinessAsync("Europe/Lisbon");

        await AcceptAsync(business, [Events.Business(business, DateTimeOffset.UtcNow.AddMinutes(-1), "Another name", timeZone: "Europe/Lisbon")]);

        Assert.Empty(await app.Database.QueryAsync<Guid>("select business_id from zone_changes where business_id = @business", new { business }));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_EveryDayIsRight()
    {
        var customers = new List<Guid>();
        for (var n = 0; n < 7; n++)
        {
            customers.Add((await app.CustomerAsync()).Id);
        }

        var sales = Enumerable.Range(0, 70).Select(n => (Id: $"k{n}", Customer: customers[n % 7], At: DateTimeOffset.UtcNow.AddDays(-20).AddHours(n))).ToList();
        await AcceptAsync(app.Business, [.. sales.Select(sale => Events.Sale(app.Business, sale.Customer, 1, sale.Id, sale.At))]);
        await app.StopHostAsync();
        await using var proxy = new CommitProxy(app.Database.Owner) { Counts = Moments.Commits };
        var settings = AppProcess.Quiet(app.StartedWith, proxy, "EveryMinuteMoveZones");
        settings["Zones:PartitionSize"] = "4"; // two of them
        var zone = "";

        await new CrashLoop<AppProcess>(proxy, () => AppProcess.StartAsync(settings))
        {
            Prepare = n => app.Database.QueryAsync<int>(
                """
                update businesses set time_zone = @zone where id = @Business;
                insert into zone_changes (business_id, wanted_at) values (@Business, now())
                on conflict (business_id) do update set number = zone_changes.number + 1, finished_at = null
                """,
                new { app.Business, zone = zone = n % 2 == 0 ? "Pacific/Niue" : "Pacific/Kiritimati" }),
            Begin = process => process.StartTimerAsync("EveryMinuteMoveZones"),
            HasEnded = () => HasEndedAsync(app.Business),
            Check = async _ => Assert.Empty(await WrongAsync(app.Business, sales, [], zone)),
        }.RunAsync(moreThan: 8);
    }

    private static object Monthly(decimal spending) => new { spendingThreshold = spending, evaluationPeriod = "monthly" };

    private async Task AcceptAsync(Guid business, object[] events)
    {
        foreach (var batch in events.Chunk(1000))
        {
            Assert.All((await app.TellAsync(business, batch)).Outcomes(), outcome => Assert.Equal("accepted", outcome));
        }
    }

    private async Task MovedAsync(Guid business)
    {
        await app.Host.InvokeAsync("EveryMinuteMoveZones");
        await Eventually.TrueAsync(() => HasEndedAsync(business));
    }

    private async Task<bool> HasEndedAsync(Guid business) => (await app.Database.QueryAsync<bool>(
        """
        select not exists (select from zone_changes where business_id = @business and finished_at is null)
            and not exists (select from functions_host.durable_instances where status in ('Pending', 'Running'))
        """,
        new { business }))[0];

    /// <summary>The ids of transactions that do not have the day on which their sale fell in the zone.</summary>
    private async Task<IReadOnlyList<string>> WrongAsync(
        Guid business, List<(string Id, Guid Customer, DateTimeOffset At)> sales, List<(string Id, (string Id, Guid Customer, DateTimeOffset At) Sale)> refunds, string zone)
    {
        var expected = sales.Select(sale => (sale.Id, sale.At)).Concat(refunds.Select(refund => (refund.Id, refund.Sale.At)))
            .ToDictionary(one => one.Id, one => Day(one.At, zone).ToString("yyyy-MM-dd", null));
        var stored = await app.Database.QueryAsync<string>("select id || ' ' || local_day from transactions where business_id = @business", new { business });
        Assert.Equal(expected.Count, stored.Count);
        return [.. stored.Where(row => row.Split(' ') is var parts && expected[parts[0]] != parts[1])];
    }

    // The oracle: the zone's own clock, one instant at a time.
    private static DateOnly Day(DateTimeOffset at, string zone) =>
        Instant.FromDateTimeOffset(at).InZone(DateTimeZoneProviders.Tzdb[zone]).Date.ToDateOnly();
}

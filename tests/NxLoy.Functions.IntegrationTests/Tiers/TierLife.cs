using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.Activity;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Observability;
using NxLoy.Functions.Tiers;
using NxLoy.Functions.UnitTests.Tiers;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>A business with some customers, whose time a test moves as it likes, beside the naive count of each.</summary>
internal sealed class TierLife : IDisposable
{
    public const string Zone = "Europe/Berlin";

    private static readonly TierThresholds[] Configurations =
    [
        Some.Thresholds(),
        Some.Thresholds(Some.Requirement(100, period: EvaluationPeriod.monthly), Some.Requirement(200, 6, period: EvaluationPeriod.quarterly), Some.Requirement(900)),
        Some.Thresholds(Some.Requirement(visits: 2, period: EvaluationPeriod.monthly), Some.Requirement(300, 4, match: ThresholdMatch.all), Some.Requirement(600, 8, 40, EvaluationPeriod.lifetime)),
        Some.Thresholds(Some.Requirement(points: 10), Some.Requirement(points: 20), Some.Requirement(1500, points: 20, period: EvaluationPeriod.quarterly, match: ThresholdMatch.all)),
        Some.Thresholds(Some.Requirement(0), Some.Requirement(50, period: EvaluationPeriod.lifetime), Some.Requirement(400, period: EvaluationPeriod.lifetime)),
    ];

    private static readonly Dictionary<string, TierCause> Causes = Enum.GetValues<TierCause>().ToDictionary(WriteTiers.Name);

    private readonly TestApp app;
    private readonly Guid business;
    private readonly Guid[] ids;
    private readonly NaiveTiers[] naive;
    private readonly Random random;
    private readonly Clock clock = new() { Now = new DateTimeOffset(2027, 11, 18, 9, 0, 0, TimeSpan.Zero) };
    private readonly RecordTransactions record;
    private readonly RunTiers run;
    private readonly ReadTierSetting read;
    private readonly List<string> told = [];

    // Instants at which something was done; all else is of a midnight.
    private readonly HashSet<DateTime> acts = [];
    private bool isConfigured;
    private int sales;

    private TierLife(TestApp app, Guid business, Guid[] ids, int seed)
    {
        (this.app, this.business, this.ids, random) = (app, business, ids, new Random(seed));
        naive = [.. ids.Select(_ => new NaiveTiers())];
        read = new ReadTierSetting(app.Host.Services.GetRequiredService<ThresholdCache>(), clock);
        record = new RecordTransactions(Tables, app.Host.Services.GetRequiredService<ErasedIds>(), read, clock);
        run = new RunTiers(
            Tables, read, app.Host.Services.GetRequiredService<AuditLog>(), clock,
            new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("Tiers:PartitionSize", (string?)"2")]).Build(), NullLogger<RunTiers>.Instance);
    }

    private BusinessDatabase Tables => app.Host.Services.GetRequiredService<BusinessDatabase>();

    private DateOnly Today => BusinessCalendar.Today(clock.Now, Zone);

    private Caller Owner => new("ada", Role.Owner, business, [business]);

    public static async Task<TierLife> BeginAsync(TestApp app, int seed)
    {
        var business = await app.GivenBusinessAsync(Zone);
        List<Guid> ids = [];
        for (var n = 0; n < 5; n++)
        {
            ids.Add((await app.CustomerAsync(business: business)).Id);
        }

        return new TierLife(app, business, [.. ids], seed);
    }

    public void Dispose() => run.Dispose();

    public async Task StepAsync()
    {
        clock.Now = clock.Now.AddMinutes(1);
        var (kind, who) = (random.Next(20), random.Next(ids.Length));
        told.Add($"{Today:O} {kind} {who}");
        acts.Add(clock.Now.UtcDateTime);
        switch (kind)
        {
            case < 6:
                await PassAsync(1 + random.Next(random.Next(4) == 0 ? 120 : 25), isSeen: random.Next(2) == 0);
                break;
            case < 13:
                await TradeAsync();
                break;
            case 13:
                await ChangePointsAsync(who);
                break;
            case 14:
                await ConfigureAsync();
                break;
            case 15:
                await RunAsync();
                await ChangeGraceAsync();
                break;
            case 16:
                await OverrideAsync(who, new NewOverride((LoyaltyTier)random.Next(4), "Because.", random.Next(3) == 0 ? null : Today.AddDays(random.Next(60))));
                break;
            case 17:
                await OverrideAsync(who, null);
                break;
            default:
                await RunAsync();
                break;
        }
    }

    /// <summary>Evaluates everybody, and then once more, which changes no row.</summary>
    public async Task RunAsync()
    {
        await RunOnceAsync();
        for (var one = 0; one < ids.Length; one++)
        {
            await CompareAsync(one);
        }

        var before = await RowsAsync();
        await RunOnceAsync();
        Assert.Equal(before, await RowsAsync());
    }

    public async Task CompareHistoriesAsync()
    {
        for (var one = 0; one < ids.Length; one++)
        {
            var changes = await app.Database.QueryAsync<(string From, string To, string Cause, DateTime At)>(
                "select from_tier, to_tier, cause, changed_at from tier_changes where customer_id = @id order by sequence", new { id = ids[one] });

            var history = changes.Select(change => $"{BusinessCalendar.LocalDay(change.At, Zone):yyyy-MM-dd} {change.From} {change.To} {Causes[change.Cause]}");
            Assert.True(naive[one].Log.SequenceEqual(history), $"{one}:\n{string.Join('\n', naive[one].Log)}\n\n{string.Join('\n', history)}\n\n{string.Join('\n', told)}");
            Assert.All(
                changes.Where(change => !acts.Contains(change.At)),
                change => Assert.Equal(BusinessCalendar.StartOf(BusinessCalendar.LocalDay(change.At, Zone), Zone).UtcDateTime, change.At));
            Assert.Equal(changes.Select(change => change.At).Order(), changes.Select(change => change.At));
        }
    }

    private async Task PassAsync(int days, bool isSeen)
    {
        for (var day = 0; day < days; day++)
        {
            clock.Now = BusinessCalendar.StartOf(Today.AddDays(1), Zone).AddHours(9);
            foreach (var one in naive)
            {
                one.Look(Today, null, null, false);
            }

            if (isSeen && days < 10)
            {
                await RunOnceAsync();
            }
        }
    }

    // Batches about one to three customers, with sales of today and before, and refunds and voids of these and earlier ones.
    private async Task TradeAsync()
    {
        var facts = new List<TransactionFact>();
        foreach (var who in Enumerable.Range(0, ids.Length).OrderBy(_ => random.Next()).Take(1 + random.Next(3)).ToArray())
        {
            for (var n = random.Next(5); n > 0; n--)
            {
                facts.Add(random.Next(3) == 0 && naive[who].Sales.Where(sale => sale.Stands).ToArray() is { Length: > 0 } standing
                    ? Reversal(who, standing[random.Next(standing.Length)]) : Sale(who));
            }
        }

        var traded = facts.Select(fact => Array.IndexOf(ids, fact.CustomerId)).Distinct().ToArray();

        // In one batch or several, the naive count looked after each.
        while (facts.Count > 0)
        {
            var batch = facts.Take(random.Next(2) == 0 ? facts.Count : 1 + random.Next(facts.Count)).ToList();
            facts.RemoveRange(0, batch.Count);
            var outcomes = await record.ExecuteAsync(business, batch, CancellationToken.None);
            Assert.All(outcomes.Value, outcome => Assert.Equal(TransactionStatus.Accepted, outcome.Status));
        }

        foreach (var who in traded.Where(_ => isConfigured))
        {
            await CompareAsync(who);
        }
    }

    private TransactionFact Sale(int who)
    {
        var day = random.Next(4) == 0 ? Today.AddDays(-random.Next(500)) : Today;
        var sale = new NaiveSale($"sale-{sales++}", day, 1 + random.Next(400));
        naive[who].Sales.Add(sale);
        naive[who].Look(Today, sale.Id, null, false);
        return Fact(who, TransactionKind.SALE, sale.Id, sale.Left, null, BusinessCalendar.StartOf(day, Zone).AddHours(8));
    }

    private TransactionFact Reversal(int who, NaiveSale sale)
    {
        var isVoid = random.Next(2) == 0;
        var amount = isVoid || random.Next(2) == 0 ? sale.Left : 1 + random.Next((int)sale.Left);
        sale.Left = isVoid ? 0 : sale.Left - amount;
        naive[who].Look(Today, null, sale.Id, false);
        return Fact(who, isVoid ? TransactionKind.VOID : TransactionKind.REFUND, $"reversal-{sales++}", amount, sale.Id, clock.Now);
    }

    private TransactionFact Fact(int who, TransactionKind kind, string id, decimal amount, string? original, DateTimeOffset at) => new()
    {
        TransactionId = id, CustomerId = ids[who], Kind = kind, Amount = amount, Currency = "USD", OccurredAt = at, OriginalTransactionId = original,
    };

    private async Task ChangePointsAsync(int who)
    {
        var before = naive[who].Points;
        naive[who].Points = random.Next(50) - 5;
        naive[who].Look(Today, null, null, false);
        await Tables.InTransactionAsync<Done>(
            business,
            async session =>
            {
                await session.ExecuteAsync("select 1 from customers where id = @id for no key update", new { id = ids[who] });
                var tiers = new EvaluateTiers(session, [ids[who]], read);
                await tiers.BeginAsync();
                await session.ExecuteAsync(
                    """
                    insert into loyalty_balances (customer_id, business_id, balance, changed_by, occurred_at, updated_at)
                    values (@id, @business, @points, 'till', @now, @now)
                    on conflict (customer_id) do update set balance = excluded.balance
                    """,
                    new { id = ids[who], business, points = naive[who].Points, now = clock.Now });
                tiers.Follow(0, new TierEvent(ids[who]) { Points = naive[who].Points - before });
                await tiers.FinishAsync();
                return new Done();
            },
            CancellationToken.None);
    }

    private async Task ConfigureAsync()
    {
        var thresholds = Configurations[random.Next(Configurations.Length)];
        (await new UpdateTierConfiguration(Tables, clock).ExecuteAsync(Owner, new IfMatch(["*"]), new TierSettings(thresholds, null), CancellationToken.None)).Value.ToString();
        isConfigured = true;
        foreach (var one in naive)
        {
            one.Thresholds = thresholds;
            one.Look(Today, null, null, true);
        }
    }

    // A setting counts for the graces that begin from now on; who has not been evaluated since begins by today's.
    private async Task ChangeGraceAsync()
    {
        var months = random.Next(4);
        await app.Database.QueryAsync<int>("update businesses set grace_months = @months where id = @business", new { months, business });
        foreach (var one in naive)
        {
            one.GraceSetting = months;
        }
    }

    private async Task OverrideAsync(int who, NewOverride? given)
    {
        var act = new OverrideTier(Tables, app.Host.Services.GetRequiredService<IdempotencyKeys>(), read);
        if (given is null)
        {
            Assert.Null((await act.TakeOffAsync(Owner, ids[who], new Reason(null), CancellationToken.None)).Problem);
        }
        else
        {
            Assert.Null((await act.ExecuteAsync(Owner, ids[who], new Post<NewOverride>(given, null), CancellationToken.None)).Problem);
        }

        naive[who].GiveByHand(given?.Tier, given?.LastDay, Today);
        await CompareAsync(who);
    }

    private async Task RunOnceAsync()
    {
        var wanted = (await Tables.InTransactionAsync<TierRun>(
            business, async session => await WantTierRun.ExecuteAsync(session, "request", "test", clock.Now), CancellationToken.None)).Value;
        foreach (var partition in (await run.BeginAsync(wanted, CancellationToken.None))!)
        {
            await run.EvaluateAsync(partition, CancellationToken.None);
        }

        var (next, _) = await run.CompleteAsync(wanted, CancellationToken.None);
        Assert.Null(next);
    }

    private async Task CompareAsync(int who)
    {
        var (held, ruled, from, until) = (await app.Database.QueryAsync<(string Held, string Ruled, DateTime? From, DateTime? Until)>(
            """
            select c.loyalty_tier, coalesce(s.ruled, 'BRONZE'), s.grace_from::timestamp, s.grace_until::timestamp
            from customers c left join tier_states s on s.customer_id = c.id
            where c.id = @id
            """,
            new { id = ids[who] }))[0];
        var expected = $"{naive[who].Held} {(LoyaltyTier)naive[who].Ruled} {naive[who].Grace}";
        Assert.True(expected == $"{held} {ruled} {(from is null ? "" : $"{from:yyyy-MM-dd}..{until:yyyy-MM-dd}")}", $"{Today:O} {who}: {expected}, but {held} {ruled} {from:O} {until:O}\n{string.Join('\n', told)}");
    }

    private async Task<string> RowsAsync() => string.Join('\n', await app.Database.QueryAsync<string>(
        """
        select s::text from tier_states s where business_id = @business
        union all select h::text from tier_changes h where business_id = @business
        union all select o::text from tier_overrides o where business_id = @business
        union all select c.id || c.loyalty_tier || c.tier_updated_at from customers c where business_id = @business
        order by 1
        """,
        new { business }));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>The inbox forgets after some weeks, and what was told then has no second effect all the same.</summary>
public sealed class InboxTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Sweep = "EveryHourForgetInbox";

    [Fact]
    public async Task EventsSentAgainAfterTheInboxHasForgottenThem_ChangeNothing()
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business);
        var customer = (await app.CustomerAsync(business: business)).Id;
        var at = DateTimeOffset.UtcNow.AddDays(-40);
        object[] told =
        [
            Events.Business(business, at, "First name"), Events.Business(business, at.AddDays(1), "Second name"),
            Events.Sale(business, customer, 120, "s", at), Events.Of("refunded", Events.Data(business, 5, "r", at, customer, original: "s")),
            Events.Balance(business, customer, 70, at), Events.Balance(business, customer, 30, at.AddDays(1)),
            Events.Redemption(business, customer, "p", at: at), Events.Message(business, customer, "m", at: at),
        ];
        Assert.All((await app.TellAsync(business, told)).Outcomes(), outcome => Assert.Equal("accepted", outcome));
        var before = await ToldAsync(business);
        await AgeAsync(business, "true");

        await app.Host.InvokeAsync(Sweep);
        Assert.Empty(await OutcomesAsync(business));
        var again = (await app.TellAsync(business, told)).Outcomes();

        Assert.Equal(["accepted superseded", "accepted superseded", "duplicate", "duplicate", "duplicate", "duplicate", "duplicate", "duplicate"], again);
        Assert.Equal(before, await ToldAsync(business));
    }

    [Fact]
    public async Task WhatCameLatelyStays_AndSoDoesWhatIsTriedAgain()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        await app.TellAsync(
            business,
            Events.Of("completed", Events.Data(business, 1, "s1", customerId: customer), "old"), Events.Of("completed", Events.Data(business, 1, "s2", customerId: customer), "new"),
            Events.Of("refunded", Events.Data(business, 1, "r1", customerId: customer, original: "no"), "waits"),
            Events.Of("refunded", Events.Data(business, 1, "r2", customerId: customer, original: "no"), "gave up"));
        await AgeAsync(business, "event_id in ('old', 'gave up')");
        await app.Database.QueryAsync<int>("update inbox set first_received_at = first_received_at - interval '60 days' where business_id = @business", new { business });

        await app.Host.InvokeAsync(Sweep);

        Assert.Equal(["new", "waits"], await app.Database.QueryAsync<string>("select event_id from inbox where business_id = @business order by 1", new { business }));
    }

    [Fact]
    public async Task MoreThanOneBatch_AllGo()
    {
        var business = await app.GivenBusinessAsync();
        await app.Database.QueryAsync<int>(
            """
            insert into inbox (business_id, event_id, type, outcome, first_received_at, received_at)
            select @business, n::text, 'transactions.transaction.completed', 'accepted', @at, @at from generate_series(1, 12000) n
            """,
            new { business, at = app.BusinessNow().AddDays(-31) });

        await app.Host.InvokeAsync(Sweep);

        Assert.Empty(await OutcomesAsync(business));
    }

    private Task<IReadOnlyList<int>> AgeAsync(Guid business, string which) => app.Database.QueryAsync<int>(
        $"update inbox set received_at = received_at - interval '30 days 1 second' where business_id = @business and {which}", new { business });

    private Task<IReadOnlyList<string>> OutcomesAsync(Guid business) =>
        app.Database.QueryAsync<string>("select outcome from inbox where business_id = @business", new { business });

    private Task<IReadOnlyList<string>> ToldAsync(Guid business) => app.Database.QueryAsync<string>(
        """
        select t::text from transactions t where business_id = @business
        union all select m.total_spent || ' ' || m.visit_count from customer_metrics m where business_id = @business
        union all select b::text from loyalty_balances b where business_id = @business
        union all select b::text from loyalty_balance_changes b where business_id = @business
        union all select r::text from redemptions r where business_id = @business
        union all select c::text from communications c where business_id = @business
        union all select h::text from tier_changes h where business_id = @business
        union all select b.name || ' ' || b.told_at || ' ' || b.time_zone from businesses b where id = @business
        union all select o.sequence::text from outbox o where business_id = @business
        order by 1
        """,
        new { business });
}

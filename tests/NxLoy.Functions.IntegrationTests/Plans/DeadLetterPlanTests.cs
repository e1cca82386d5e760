using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Activity;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>What is read of 200,000 dead letters, most of them of no concern.</summary>
[Trait("Category", "Slow")]
public sealed class DeadLetterPlanTests : IAsyncLifetime
{
    private static readonly Guid Business = Guid.Parse("00000000-0000-7000-8000-000000000001");
    private static readonly RetryOptions Options = RetryOptions.From(new ConfigurationBuilder().Build());

    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async Task InitializeAsync() => database = await TestDatabase.KeptAsync(
        "dead_letters",
        """
        insert into businesses (id, name, status, time_zone, currency, default_region, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000001', 'A business', 'ACTIVE', 'UTC', 'USD', 'US', now(), now())
        """,
        """
        insert into dead_letters (id, business_id, event_id, event_type, state, code, body, customer_email, attempts, arrived_at, due_at, dead_at, settled_at)
        select gen_random_uuid(), case when n % 3 = 0 then '00000000-0000-7000-8000-000000000002' else '00000000-0000-7000-8000-000000000001' end::uuid,
            'event-' || n, 'tests.customer.updated', state, 'unlinked', case when state <> 'SETTLED' then '{}' end,
            case when state <> 'SETTLED' then n || '@example.com' end, 1, now() - interval '1 second' * n,
            case when state = 'WAITING' then now() + interval '1 second' * (n - 300) end, case when state <> 'WAITING' then now() - interval '10 seconds' * n end,
            case when state = 'SETTLED' then now() end
        from generate_series(1, 200000) n cross join lateral (select (array['SETTLED', 'DEAD', 'WAITING', 'SETTLED'])[n % 4 + 1] as state) s
        """,
        "analyze dead_letters",
        ExplainedDatabase.Explain);

    public Task DisposeAsync() => Task.CompletedTask; // kept for the next run

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task WhatIsDue_IsReadAndNothingElse(string mode)
    {
        await using var explained = new ExplainedDatabase(Database, mode);
        var retry = new RetryDeadLetters(explained.Database, explained.Worker, null!, Options, TimeProvider.System);
        var now = (await Database.QueryAsync<DateTimeOffset>("select min(due_at) + interval '5 minutes' from dead_letters"))[0];

        await retry.FindDueAsync(now, CancellationToken.None);
        await retry.TakeAsync(Guid.Parse("00000000-0000-7000-8000-000000000003"), now, CancellationToken.None);

        Assert.All(explained.Plans, plan => Assert.True(plan is { RowsRead: <= 500, Buffers: < 1500 }, $"{mode}: {plan}"));
    }

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Sweep_ReadsABatch(string mode)
    {
        await using var explained = new ExplainedDatabase(Database, mode);
        await Database.QueryAsync<int>(
            "update dead_letters set state = 'DEAD', settled_at = null where id in (select id from dead_letters where state = 'SETTLED' and dead_at < now() - interval '15 days' limit 3000)");

        Assert.True(await new SettleDeadLetters(explained.Worker, TimeProvider.System).ExecuteAsync(CancellationToken.None) >= 3000);

        Assert.All(explained.Plans, plan => Assert.True(plan is { RowsRead: <= 5000, Buffers: < 60_000 }, $"{mode}: {plan}"));
    }

    [Theory]
    [InlineData("force_custom_plan", null)]
    [InlineData("force_generic_plan", null)]
    [InlineData("force_custom_plan", DeadLetterState.DEAD)]
    [InlineData("force_generic_plan", DeadLetterState.DEAD)]
    public async Task List_ReadsItsPage(string mode, DeadLetterState? state)
    {
        await using var explained = new ExplainedDatabase(Database, mode);
        var list = new ListDeadLetters(explained.Database, new Cursors(new Sealing(new byte[32])));
        var caller = new Caller("owner", Role.Owner, Business, [Business]);

        var first = (await list.ExecuteAsync(caller, new DeadLetterFilter(state, null, null, new PageRequest(50, null, "cursor")), CancellationToken.None)).Value;
        await list.ExecuteAsync(caller, new DeadLetterFilter(state, null, null, new PageRequest(50, first.NextCursor, "cursor")), CancellationToken.None);

        Assert.Equal(50, first.Items.Count);
        Assert.All(explained.Plans, plan => Assert.True(plan is { RowsRead: <= 51, Buffers: < 500 }, $"{mode}: {plan}"));
    }
}

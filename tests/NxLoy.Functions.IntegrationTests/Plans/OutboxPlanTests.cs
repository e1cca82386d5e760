using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Messaging;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>What the relay reads where 300,000 events wait behind 700,000 that were published.</summary>
[Trait("Category", "Slow")]
public sealed class OutboxPlanTests : IAsyncLifetime
{
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async Task InitializeAsync() => database = await TestDatabase.KeptAsync(
        "outbox",
        """
        insert into businesses (id, name, status, time_zone, currency, default_region, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000001', 'A business', 'ACTIVE', 'UTC', 'USD', 'US', now(), now())
        """,
        """
        insert into outbox (id, business_id, customer_id, type, data, occurred_at, published_at)
        select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', gen_random_uuid(), 'tests.customer.updated', '{}', now(), now()
        from generate_series(1, 700000)
        """,
        """
        insert into outbox (id, business_id, customer_id, type, data, occurred_at)
        select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', md5((n % 100000)::text)::uuid, 'tests.customer.updated', '{}', now()
        from generate_series(1, 300000) n
        """,
        "analyze outbox",
        ExplainedDatabase.Explain);

    public Task DisposeAsync() => Task.CompletedTask; // kept for the next run

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Turn_ReadsItsKeysEventsAndNoOthers(string mode)
    {
        await using var explained = new ExplainedDatabase(Database, mode);
        await using var publisher = new EventPublisher(NoSettings, NullLogger<EventPublisher>.Instance); // which reaches nobody
        var publish = new PublishWaiting(
            explained.Worker, publisher, EventOptions.From(NoSettings), new Alerts(NullLogger<Alerts>.Instance), TimeProvider.System, NullLogger<PublishWaiting>.Instance);

        var next = await publish.NextAsync(Guid.Parse("80000000-0000-7000-8000-000000000001"), CancellationToken.None);
        var keys = await Database.QueryAsync<Guid>("select distinct customer_id from outbox where published_at is null limit 250");
        await publish.OfAsync(keys, CancellationToken.None);

        Assert.True(next.IsBusDown && next.Last is not null);
        Assert.Equal(4, explained.Plans.Count);
        Assert.All(explained.Plans, plan => Assert.True(plan is { RowsRead: <= 750, Buffers: < 3000 }, $"{mode}: {plan}"));
    }

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Oldest_IsFoundAtOnce(string mode)
    {
        await using var explained = new ExplainedDatabase(Database, mode);

        await new OutboxBacklog(explained.Worker, new Alerts(NullLogger<Alerts>.Instance), TimeProvider.System).AgeAsync(CancellationToken.None);

        Assert.Equal(1, Assert.Single(explained.Plans).RowsRead);
    }
}

using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.IntegrationTests.ServiceBus;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>
/// The app with a broker of its own elsewhere, which a test can take away, and somebody who listens. No timer sweeps unless
/// it is called.
/// </summary>
internal sealed class PublishingApp : IAsyncDisposable
{
    public const string Topic = "news";

    private readonly RuntimeDatabase database;
    private readonly BrokerHost broker;

    private PublishingApp(RuntimeDatabase database, BrokerHost broker, Subscriber subscriber)
    {
        (this.database, this.broker, Subscriber) = (database, broker, subscriber);
        Bus = new TcpProxy(broker.Port);
        App = new TestApp { Configure = Connect };
    }

    public TestApp App { get; }

    /// <summary>The way to the broker.</summary>
    public TcpProxy Bus { get; }

    public Subscriber Subscriber { get; }

    public static async Task<PublishingApp> StartAsync(bool isBusUp = true)
    {
        var database = await RuntimeDatabase.CreateAsync();
        var broker = await BrokerHost.StartAsync(database);
        var publishing = new PublishingApp(database, broker, await Subscriber.ListenAsync(broker.ConnectionString, $"{Topic}/Subscriptions/first"));
        if (!isBusUp)
            publishing.Bus.Refuse();
        await publishing.App.InitializeAsync();
        return publishing;
    }

    /// <summary>The settings with which an app publishes here.</summary>
    public void Connect(Dictionary<string, string?> settings)
    {
        settings["ServiceBus"] = broker.ConnectionString.Replace($":{broker.Port}", $":{Bus.Port}", StringComparison.Ordinal);
        settings["Events:OutboundTopic"] = Topic;
        settings["AzureWebJobs.EveryMinuteSweepOutbox.Disabled"] = "true";
    }

    /// <summary>What the timer does every minute.</summary>
    public Task<bool> SweepAsync() => App.Host.Services.GetRequiredService<OutboxRelay>().SweepAsync(CancellationToken.None);

    /// <summary>Sweeps until nothing waits: beside the app's own look when it starts, a sweep does nothing.</summary>
    public Task SweptAsync() => Eventually.TrueAsync(async () => await SweepAsync() && await WaitingAsync() == 0);

    /// <summary>Waits until nothing waits.</summary>
    public Task PublishedAsync() => Eventually.TrueAsync(async () => await WaitingAsync() == 0);

    public async Task<long> WaitingAsync() =>
        (await App.Database.QueryAsync<long>("select count(*) from outbox where published_at is null and refused_at is null"))[0];

    /// <summary>Writes events past the app, so that nobody hears of them before a sweep.</summary>
    public Task WriteAsync(int customers, int ofEach = 1, int bytes = 0) => App.Database.QueryAsync<int>(
        """
        insert into outbox (id, business_id, customer_id, type, data, occurred_at)
        select gen_random_uuid(), @Business, c.id, 'tests.customer.updated', jsonb_build_object('n', n, 'pad', repeat('x', @bytes)), clock_timestamp()
        from (select gen_random_uuid() as id from generate_series(1, @customers)) c
        cross join generate_series(1, @ofEach) n
        order by n
        """,
        new { App.Business, customers, ofEach, bytes });

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Subscriber.DisposeAsync();
        await Bus.DisposeAsync();
        await broker.DisposeAsync();
        await database.DisposeAsync();
    }
}

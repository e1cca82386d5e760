using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Messaging;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>The outbox while nothing can be published, and after it was: who is told, and what goes.</summary>
public sealed class OutboxCareTests
{
    [Fact]
    public async Task Erasure_OfEventsOnTheirWay_WaitsForNobody()
    {
        await using var publishing = await PublishingApp.StartAsync();
        await publishing.App.CustomerAsync();
        await publishing.PublishedAsync(); // connected
        publishing.Bus.Freeze();
        var customer = (await publishing.App.CustomerAsync()).Id;

        // Whoever publishes has the customer's lock, has read the event, and waits for the bus.
        await Eventually.TrueAsync(async () => (await publishing.App.Database.QueryAsync<bool>(
            """
            select exists (
                select
                from pg_locks l
                join pg_stat_activity a using (pid)
                where l.locktype = 'advisory' and l.objsubid = 1 and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended(@customer::text, 14)
                    and a.datname = current_database() and a.state = 'idle in transaction' and a.query like '%from outbox%')
            """,
            new { customer }))[0]);

        // Whoever publishes gives up after 20 s: an erasure that waits for a lock at all fails before that, however slow the machine.
        await publishing.App.Database.QueryAsync<int>("set lock_timeout = '5s'; delete from outbox where customer_id = @customer", new { customer });
        publishing.Bus.Thaw();

        var next = (await publishing.App.CustomerAsync()).Id;
        await Eventually.TrueAsync(() => publishing.Subscriber.Of(next).Count == 1);
        await publishing.PublishedAsync();
    }

    [Fact]
    public async Task PublishedEvents_GoAfterSomeDays_AndWhatWaitsStays()
    {
        await using var publishing = await PublishingApp.StartAsync();
        await publishing.App.CustomerAsync();
        await publishing.PublishedAsync();
        publishing.Bus.Refuse();
        await publishing.App.CustomerAsync();

        await publishing.App.Host.InvokeAsync("EveryHourForgetPublished");
        Assert.Equal(2, (await publishing.App.Database.QueryAsync<long>("select count(*) from outbox"))[0]);
        await publishing.App.Database.QueryAsync<int>("update outbox set published_at = published_at - interval '3 days 1 second' where published_at is not null");
        await publishing.App.Host.InvokeAsync("EveryHourForgetPublished");

        Assert.Equal(["waiting"], await publishing.App.Database.QueryAsync<string>("select case when published_at is null then 'waiting' else 'published' end from outbox"));
    }

    [Fact]
    public async Task LateEvents_AreToldOnce_AndShownInHealth()
    {
        await using var publishing = await PublishingApp.StartAsync(isBusUp: false);
        await publishing.App.CustomerAsync();
        await publishing.App.Database.QueryAsync<int>("update outbox set occurred_at = occurred_at - interval '10 minutes'");
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var backlog = new OutboxBacklog(
            publishing.App.Host.Services.GetRequiredService<WorkerDatabase>(), new Alerts(loggers.CreateLogger<Alerts>()), TimeProvider.System);

        await backlog.MeasureAsync(CancellationToken.None);
        Assert.Empty(log.Lines); // it may have been dated back
        await backlog.MeasureAsync(CancellationToken.None);
        await backlog.MeasureAsync(CancellationToken.None);

        Assert.Contains("outbox_late", Assert.Single(log.Lines), StringComparison.Ordinal);
        var health = (await publishing.App.Anonymous().ReadyAsync(200, """{"name":"outbox","state":"late",""")).Json;
        var outbox = health["dependencies"]!.AsArray().Single(one => (string?)one!["name"] == "outbox")!;
        Assert.InRange((int)outbox["backlogSeconds"]!, 600, 1200);
    }

    [Fact]
    public async Task WithoutABus_TheAppRuns_TheOutboxWaits_AndOneLineSaysSo()
    {
        await using var database = await TestDatabase.CloneAsync();
        var settings = TestApp.Settings(database);
        settings["EmbeddedRuntime:Broker"] = "false";
        using var log = new LogLines();
        await using var host = await FunctionsTestHost.StartAsync(
            typeof(CustomerFunctions).Assembly, settings, services => services.AddSingleton<ILoggerProvider>(log));
        await host.InvokeAsync("EveryMinuteSweepOutbox");

        var health = (await new ApiClient(host.CreateClient(), null, TestApp.Contract).ReadyAsync(200, """{"status":"ready",""")).Json;
        Assert.DoesNotContain(health["dependencies"]!.AsArray(), one => (string?)one!["name"] is "service-bus" or "outbox");
        Assert.Single(log.Lines, line => line.Contains("Messaging", StringComparison.Ordinal));
        Assert.Single(log.Lines, line => line.Contains("No Service Bus is named", StringComparison.Ordinal));
    }
}

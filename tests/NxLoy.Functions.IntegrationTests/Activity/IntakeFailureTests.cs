using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NxLoy.Functions.Activity;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>What becomes of messages whose events cannot be recorded for reasons that are not theirs.</summary>
public sealed class IntakeFailureTests
{
    [Fact]
    public async Task DatabaseAway_IsWaitedForOnce_HoweverManyBusinessesThereAre()
    {
        CommitProxy? proxy = null;
        var app = await StartedAsync(settings =>
        {
            proxy = new CommitProxy(settings["Database:App"]!);
            settings["Database:App"] = proxy.ConnectionString;
        });
        proxy!.Refuse();
        var waited = Stopwatch.StartNew();

        var verdicts = await TakeInAsync(app.Host, TimeSpan.FromSeconds(4), [.. Enumerable.Range(0, 24).Select(_ => Events.Sale(Guid.NewGuid(), Guid.NewGuid()))]);

        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(23)); // six rounds of businesses by themselves would be 24
        Assert.Equal(Enumerable.Repeat<MessageVerdict>(new MessageVerdict.GiveBack(), 24), verdicts);
        await app.DisposeAsync();
        await proxy.DisposeAsync();
    }

    [Fact]
    public async Task HeldCustomer_IsTriedAgainLater_AndStopsNobodyElse()
    {
        var app = await StartedAsync(_ => { });
        Guid[] customers = [(await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id, (await app.CustomerAsync(business: app.OtherBusiness)).Id];
        var waited = Stopwatch.StartNew();
        await using (await HeldCustomer.HoldAsync(app.Database, customers[0]))
        {
            var verdicts = await TakeInAsync(
                app.Host, TimeSpan.FromMinutes(8),
                Events.Sale(app.Business, customers[1]), Events.Sale(app.Business, customers[0]), Events.Sale(app.Business, customers[1]), Events.Sale(app.OtherBusiness, customers[2]));

            Assert.Equal([new MessageVerdict.Done(), new MessageVerdict.Later("busy", RetryRules.Patience), new MessageVerdict.Done(), new MessageVerdict.Done()], verdicts);
        }

        Assert.True(waited.Elapsed < TimeSpan.FromSeconds(40), $"It took {waited.Elapsed}.");
        await app.DisposeAsync();
    }

    [Fact]
    public async Task NoAnswerInTime_FromAServerThatIsThere_IsNoOutage()
    {
        var app = await StartedAsync(_ => { });
        var customer = (await app.CustomerAsync()).Id;
        await using var held = await HeldCustomer.HoldAsync(app.Database, customer);

        // Sooner than waiting for a lock is given up.
        var settings = new Dictionary<string, string?>(app.StartedWith);
        settings["Database:App"] = new NpgsqlConnectionStringBuilder(settings["Database:App"]) { CommandTimeout = 1 }.ConnectionString;
        await using var impatient = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
        var verdicts = await TakeInAsync(impatient, TimeSpan.FromMinutes(8), Events.Sale(app.Business, customer));

        Assert.Equal([new MessageVerdict.Later("busy", RetryRules.Patience)], verdicts);
        await app.DisposeAsync();
    }

    [Fact]
    public async Task TableThatMayNotBeWritten_KeepsItsEventsForLater_AndStopsNoOthers()
    {
        var app = await StartedAsync(_ => { });
        var customer = (await app.CustomerAsync()).Id;
        await app.Database.QueryAsync<int>("revoke insert on redemptions from app");

        var verdicts = await TakeInAsync(
            app.Host, TimeSpan.FromMinutes(8), Events.Sale(app.Business, customer), Events.Redemption(app.Business, customer), Events.Sale(app.Business, customer));

        Assert.Equal([new MessageVerdict.Done(), new MessageVerdict.Later("unavailable", RetryRules.Patience), new MessageVerdict.Done()], verdicts);
        await app.DisposeAsync();
    }

    [Fact]
    public async Task SalesBeforeAClose_Count_ThoughTheBatchIsTakenApart()
    {
        var app = await StartedAsync(_ => { });
        var customer = (await app.CustomerAsync()).Id;
        var closed = DateTimeOffset.UtcNow.AddMinutes(-1);
        await app.FailsAtAsync("new.amount = 13");

        var verdicts = await TakeInAsync(
            app.Host, TimeSpan.FromMinutes(8),
            Events.Business(app.Business, closed, status: "CLOSED"), Sale(1, -60), Sale(13, -50), Sale(2, 30), Sale(3, -40));

        Assert.Equal(
            [
                new MessageVerdict.Done(), new MessageVerdict.Done(), new MessageVerdict.Later("failed", Patience: null, RetryRules.TriesOfAFailure),
                new MessageVerdict.Never("business_closed"), new MessageVerdict.Done(),
            ],
            verdicts);
        await app.DisposeAsync();

        object Sale(decimal amount, int seconds) => Events.Sale(app.Business, customer, amount, at: closed.AddSeconds(seconds));
    }

    [Fact]
    public async Task GrantThatIsMissingForAMoment_CostsNoMessageItsPlace()
    {
        var app = new BusApp
        {
            Configure = settings =>
            {
                BusApp.WithBroker(settings);
                settings["EmbeddedRuntime:MaxDeliveryCount"] = "1";
            },
        };
        await app.InitializeAsync();
        var customer = (await app.CustomerAsync()).Id;
        await app.Database.QueryAsync<int>(
            """
            create sequence refusals;
            grant usage on sequence refusals to app;
            create function refuse() returns trigger language plpgsql as
              $$ begin if nextval('refusals') <= 2 then raise insufficient_privilege using message = 'permission denied for table transactions'; end if; return null; end $$;
            create trigger refuse before insert on transactions for each statement execute function refuse()
            """);

        await app.SendAsync(Enumerable.Range(0, 50).Select(_ => Events.Sale(app.Business, customer, 1)));

        await Eventually.TrueAsync(async () => await app.LeftAsync() == 0);
        Assert.Equal(50, await app.SpentAsync(customer));
        Assert.Empty(await app.DeadLettersAsync());
        Assert.InRange((await app.Database.QueryAsync<long>("select last_value from refusals"))[0], 3, long.MaxValue);
        await ((IAsyncLifetime)app).DisposeAsync();
    }

    private static async Task<TestApp> StartedAsync(Action<Dictionary<string, string?>> configure)
    {
        var app = new TestApp { Configure = configure };
        await app.InitializeAsync();
        return app;
    }

    /// <summary>The verdict on each event's message.</summary>
    private static async Task<IReadOnlyList<MessageVerdict>> TakeInAsync(FunctionsTestHost host, TimeSpan patience, params object[] events)
    {
        var verdicts = new ConcurrentDictionary<int, MessageVerdict>();
        await host.Services.GetRequiredService<TakeInMessages>().ExecuteAsync(
            [.. events.Select(one => new EventMessage(JsonSerializer.SerializeToUtf8Bytes(one, JsonSerializerOptions.Web)))],
            (at, verdict) =>
            {
                Assert.True(verdicts.TryAdd(at, verdict));
                return Task.CompletedTask;
            },
            patience, CancellationToken.None);
        return [.. verdicts.OrderBy(one => one.Key).Select(one => one.Value)];
    }
}

using System.Text.Json;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>Events over the bus, from the message to the figures or the dead-letter queue.</summary>
public sealed class BusTests(BusApp app) : IClassFixture<BusApp>
{
    [Fact]
    public async Task Purchase_SentAsAMessage_ShowsInTheProfile_AndInTheAuditLog()
    {
        var customer = (await app.CustomerAsync()).Id;

        await app.SendAsync(Events.Sale(app.Business, customer, 12.5m));

        await Eventually.TrueAsync(async () => (decimal)(await app.As("staff").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["totalSpent"]! == 12.5m);
        await app.SettledAsync();
        Assert.NotEmpty(await app.Database.QueryAsync<long>(
            "select sequence from audit_log where caller = 'service-bus' and business_id = @Business and @customer = any(customers)", new { app.Business, customer }));
    }

    [Fact]
    public async Task Poison_InFrontOfGoodOnes_IsKeptWithItsReason_AndHoldsUpNobody()
    {
        var customer = (await app.CustomerAsync()).Id;
        var nobody = Guid.NewGuid();
        Message[] poison =
        [
            BusApp.Raw("not JSON"u8.ToArray(), "no-json", "application/cloudevents+json"),
            BusApp.Raw("""{"specversion": "1.0", "specversion": "1.0"}"""u8.ToArray(), "twice", null),
            BusApp.Raw("[]"u8.ToArray(), "a-list", null),
            BusApp.Raw([], "empty", null),
            BusApp.Raw("""{"specversion": "1.0", "x": {"\ud83d": 1}}"""u8.ToArray(), "half-a-name", null),
            BusApp.Raw("""{"specversion": "1.0", "id": "half-an-id", "source": "/tests", "type": "transactions.transaction.completed", "data": {"businessId": "\ud800"}}"""u8.ToArray(), null, null),
            BusApp.Raw([.. """{"specversion": "1.0", "x": "\ud800"""u8, 0xff, .. "\"}"u8], "no-utf-8", null),
            BusApp.Message(Events.Of("completed", new { businessId = app.Business }, "no-data")),
            BusApp.Message(Events.Of("completed", new { amount = 3 }, "no-business")),
            BusApp.Message(Events.Of("unheard", Events.Data(app.Business, 1, "t", customerId: customer), "unheard")),
            BusApp.Message(Events.Of("completed", Events.Data(app.Business, -1, $"{Guid.NewGuid()}", customerId: customer), "negative")),
            BusApp.Message(Events.Of("completed", Events.Data(app.Business, 1, $"{Guid.NewGuid()}", DateTimeOffset.UtcNow.AddHours(1), customer), "future")),
            BusApp.Message(Events.Of("completed", Events.Data(app.Business, 1, $"{Guid.NewGuid()}", customerId: nobody), "unlinked")),
        ];

        await app.SendAsync([.. poison, .. Enumerable.Range(0, 20).Select(_ => BusApp.Message(Events.Sale(app.Business, customer, 1)))]);

        await Eventually.TrueAsync(async () => await app.SpentAsync(customer) == 20);
        await app.SettledAsync();
        var dead = await app.DeadLettersAsync();
        Assert.All(
            new Dictionary<string, string>
            {
                ["no-json"] = "malformed_json", ["twice"] = "malformed_json", ["a-list"] = "invalid_event", ["empty"] = "malformed_json", ["half-a-name"] = "malformed_json", ["half-an-id"] = "invalid_data", ["no-utf-8"] = "malformed_json", ["no-data"] = "invalid_data",
                ["no-business"] = "invalid_data", ["unheard"] = "unknown_type", ["negative"] = "invalid_amount", ["future"] = "future_dated", ["unlinked"] = "unlinked",
            },
            expected => Assert.Equal($"DEAD {expected.Value}", dead.GetValueOrDefault(expected.Key)));
    }

    [Fact]
    public async Task BodyThatIsNoBytes_InFrontOfGoodOnes_IsKept_AndHoldsUpNobody()
    {
        var customer = (await app.CustomerAsync()).Id;
        Message[] poison =
        [
            new("a text") { Properties = new Properties { MessageId = "a-text" } },
            new() { Properties = new Properties { MessageId = "a-map" }, BodySection = new AmqpValue { Value = new Map { ["specversion"] = "1.0" } } },
            new() { Properties = new Properties { MessageId = "a-sequence" }, BodySection = new AmqpSequence { List = new List<object> { 1, 2 } } },
        ];

        await app.SendAsync([.. poison, .. Enumerable.Range(0, 20).Select(_ => BusApp.Message(Events.Sale(app.Business, customer, 1)))]);

        await Eventually.TrueAsync(async () => await app.SpentAsync(customer) == 20);
        await app.SettledAsync();
        var dead = await app.DeadLettersAsync();
        Assert.All(["a-map", "a-sequence", "a-text"], id => Assert.Equal("DEAD unreadable_body", dead.GetValueOrDefault(id)));
    }

    [Fact]
    public async Task ManyFaults_AreKept_WithTheFirstOfThem()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Events.Of("completed", Events.Data(app.Business, 1, $"{Guid.NewGuid()}", customerId: customer, items: Enumerable.Range(0, 200).Select(_ => new { })), "many-faults");

        await app.SendAsync(BusApp.Message(sale));

        await app.SettledAsync();
        var description = Assert.Single(await app.Database.QueryAsync<string>("select detail from dead_letters where event_id = 'many-faults' and code = 'invalid_data'"));
        Assert.StartsWith("/data/items/0/product is needed. /data/items/0/quantity is needed.", description, StringComparison.Ordinal);
        Assert.EndsWith(" is needed. And more.", description, StringComparison.Ordinal);
        Assert.InRange(description.Length, 900, 1000);
    }

    [Fact]
    public async Task SentTwice_CountsOnce_WhateverTheBusSaysOfIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Events.Sale(app.Business, customer, 7);

        await app.SendAsync(Enumerable.Range(0, 5).Select(n => Named(sale, $"{Guid.NewGuid()}")).ToArray());

        await app.SettledAsync();
        Assert.Equal(7, await app.SpentAsync(customer));
    }

    [Fact]
    public async Task Refund_BeforeItsSale_WaitsForIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = $"{Guid.NewGuid()}";

        await app.SendAsync(Events.Of("refunded", Events.Data(app.Business, 4, $"{Guid.NewGuid()}", customerId: customer, original: sale)));
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>(
            "select outcome from inbox where business_id = @Business and outcome = 'retry'", new { app.Business })).Count > 0);
        await app.SendAsync(Events.Sale(app.Business, customer, 10, sale));

        await Eventually.TrueAsync(async () =>
        {
            await app.RetryAsync();
            return await app.SpentAsync(customer) == 6;
        });
        Assert.DoesNotContain("WAITING sale_not_arrived", (await app.DeadLettersAsync()).Values);
    }

    [Fact]
    public async Task BinaryMode_IsReadToo()
    {
        var customer = (await app.CustomerAsync()).Id;
        var message = BusApp.Raw(JsonSerializer.SerializeToUtf8Bytes(Events.Data(app.Business, 9, $"{Guid.NewGuid()}", customerId: customer)), $"{Guid.NewGuid()}", "application/json");
        message.ApplicationProperties = new ApplicationProperties
        {
            ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = $"{Guid.NewGuid()}", ["cloudEvents:source"] = "/tills/1",
            ["cloudEvents:type"] = "transactions.transaction.completed", ["cloudEvents:time"] = DateTime.UtcNow,
        };

        await app.SendAsync(message);

        await Eventually.TrueAsync(async () => await app.SpentAsync(customer) == 9);
    }

    [Fact]
    public async Task Businesses_InOneBatch_EachGetTheirs()
    {
        var (one, other) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync(business: app.OtherBusiness)).Id);

        await app.SendAsync(Enumerable.Range(0, 50).SelectMany(_ => new[] { Events.Sale(app.Business, one, 1), Events.Sale(app.OtherBusiness, other, 2), }));
        await app.SendAsync(Events.Of("completed", Events.Data(app.Business, 1000, "stray", customerId: other), "of-the-wrong-one"));

        await Eventually.TrueAsync(async () => (await app.SpentAsync(one), await app.SpentAsync(other)) == (50, 100));
        await app.SettledAsync();
        Assert.Equal("DEAD unlinked", (await app.DeadLettersAsync())["of-the-wrong-one"]);
    }

    private static Message Named(object @event, string id)
    {
        var message = BusApp.Message(@event);
        message.Properties.MessageId = id;
        return message;
    }
}

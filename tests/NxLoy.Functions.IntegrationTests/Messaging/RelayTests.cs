using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>What becomes of facts that stand in the outbox.</summary>
public sealed class RelayTests
{
    [Fact]
    public async Task CreatedCustomer_IsHeardOfRightAway_AsOneCloudEvent()
    {
        await using var publishing = await PublishingApp.StartAsync();
        var customer = (await publishing.App.CustomerAsync()).Id;

        await Eventually.TrueAsync(() => publishing.Subscriber.All.Count == 1);
        var heard = publishing.Subscriber.All.Single();
        await publishing.PublishedAsync();
        var row = (await publishing.App.Database.QueryAsync<string>(
            "select jsonb_build_object('id', id, 'time', occurred_at, 'data', data)::text from outbox where customer_id = @customer", new { customer })).Single();
        var fact = JsonNode.Parse(row)!;

        var properties = heard.Message.Properties;
        Assert.Equal(((string)fact["id"]!, "customers.customer.created", "application/cloudevents+json", customer.ToString()), (properties.MessageId, properties.Subject, (string)properties.ContentType, properties.GroupId));
        Assert.Equal(publishing.App.Business.ToString(), heard.Message.ApplicationProperties["businessId"]);
        Assert.Equal(["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"], heard.Event.Select(attribute => attribute.Key));
        Assert.Equal(("1.0", (string)fact["id"]!, "customers.customer.created"), ((string)heard.Event["specversion"]!, (string)heard.Event["id"]!, (string)heard.Event["type"]!));
        Assert.Equal(DateTimeOffset.Parse((string)fact["time"]!, null), DateTimeOffset.Parse((string)heard.Event["time"]!, null));
        Assert.True(JsonNode.DeepEquals(fact["data"], heard.Event["data"]));
    }

    [Fact]
    public async Task RefusedRequest_SaysNothing()
    {
        await using var publishing = await PublishingApp.StartAsync();
        var email = Given.Email();
        await publishing.App.CustomerAsync(email);

        (await publishing.App.As("owner").PostAsync("/api/v1/customers", new { email })).Expect(409);
        await publishing.App.CustomerAsync();
        await publishing.PublishedAsync();

        await Eventually.TrueAsync(() => publishing.Subscriber.All.Count == 2);
        Assert.All(publishing.Subscriber.All, heard => Assert.Equal("customers.customer.created", (string?)heard.Event["type"]));
    }

    [Fact]
    public async Task TwoInstances_WritingAboutTheSameCustomers_KeepTheirOrder()
    {
        await using var publishing = await PublishingApp.StartAsync();
        await using var second = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, publishing.App.StartedWith);
        var customers = new List<Guid>();
        for (var n = 0; n < 4; n++)
            customers.Add((await publishing.App.CustomerAsync()).Id);
        ApiClient[] instances = [publishing.App.As("owner"), new ApiClient(second.CreateClient(), TestApp.Token("owner", [publishing.App.Business]), TestApp.Contract)];

        await Task.WhenAll(
            from customer in customers
            from instance in instances
            select Task.Run(async () =>
            {
                for (var n = 0; n < 12; n++)
                    (await instance.SendAsync(HttpMethod.Put, $"/api/v1/customers/{customer}/tags/{Guid.NewGuid():N}")).Expect(204);
            }));
        await publishing.PublishedAsync();

        foreach (var customer in customers)
        {
            var written = await publishing.App.Database.QueryAsync<Guid>("select id from outbox where customer_id = @customer order by sequence", new { customer });
            await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count == written.Count);
            Assert.Equal(25, written.Count);
            Assert.Equal(written, publishing.Subscriber.Of(customer).Select(heard => heard.Id));
        }
    }

    [Fact]
    public async Task BusGone_RequestsAreServed_AndAllIsHeardInOrderWhenItIsBack()
    {
        await using var publishing = await PublishingApp.StartAsync(isBusUp: false);
        var customer = (await publishing.App.CustomerAsync()).Id;
        for (var n = 0; n < 5; n++)
            (await publishing.App.As("owner").SendAsync(HttpMethod.Put, $"/api/v1/customers/{customer}/tags/tag-{n}")).Expect(204);
        var health = (await publishing.App.Anonymous().ReadyAsync(200, """{"name":"service-bus","state":"down"}""")).Json;
        Assert.Equal("degraded", (string?)health["status"]);
        Assert.Equal(6, await publishing.WaitingAsync());

        publishing.Bus.Allow();
        await publishing.PublishedAsync();

        await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count == 6);
        Assert.Equal(
            await publishing.App.Database.QueryAsync<Guid>("select id from outbox where customer_id = @customer order by sequence", new { customer }),
            publishing.Subscriber.Of(customer).Select(heard => heard.Id));
        await publishing.App.Anonymous().ReadyAsync(200, """{"status":"ready",""");
    }

    [Fact]
    public async Task LinkBrokenInTheMiddle_WhatWasNotSentGoesOutAtOnce()
    {
        await using var publishing = await PublishingApp.StartAsync();
        Guid[] customers = [(await publishing.App.CustomerAsync()).Id, (await publishing.App.CustomerAsync()).Id];
        await publishing.PublishedAsync(); // connected
        await publishing.App.Database.QueryAsync<int>(
            """
            insert into outbox (id, business_id, customer_id, type, data, occurred_at)
            select gen_random_uuid(), @Business, c.id, 'tests.customer.updated', '{}', clock_timestamp()
            from unnest(@customers) with ordinality as c (id, n)
            cross join generate_series(1, case n when 1 then 1 else 15 end)
            """,
            new { publishing.App.Business, customers });

        // One answer of the broker has some dozen bytes: the first event gets through, the fifteenth does not.
        publishing.Bus.HangUpAfter(200);
        publishing.App.Host.Services.GetRequiredService<OutboxSignals>().Add(customers);

        await publishing.PublishedAsync();
        foreach (var customer in customers)
        {
            var written = await publishing.App.Database.QueryAsync<Guid>("select id from outbox where customer_id = @customer order by sequence", new { customer });
            await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count >= written.Count);
            Assert.Equal(written, publishing.Subscriber.Of(customer).Select(heard => heard.Id));
        }
    }

    [Fact]
    public async Task Backlog_DrainsWhole_AndDoesNotHoldUpWhatIsNew()
    {
        const int Backlog = 20_000;
        await using var publishing = await PublishingApp.StartAsync();
        await publishing.App.CustomerAsync(); // the first request takes longest
        await publishing.PublishedAsync();
        await publishing.WriteAsync(customers: Backlog / 4, ofEach: 4);
        var sweep = publishing.SweptAsync();
        await Eventually.TrueAsync(() => publishing.Subscriber.All.Count > 500);

        var customer = (await publishing.App.CustomerAsync()).Id;
        await sweep;

        // All by the app's own clock, however late this test comes to look.
        var (meanwhile, later) = (await publishing.App.Database.QueryAsync<(long, long)>(
            """
            select count(*) filter (where b.published_at between new.occurred_at and new.published_at), count(*) filter (where b.published_at > new.published_at)
            from outbox b
            join outbox new on new.customer_id = @customer
            where b.type = 'tests.customer.updated'
            """,
            new { customer }))[0];
        Assert.True(meanwhile < Backlog / 4, $"{meanwhile} of the backlog were published while the new event waited.");
        Assert.NotEqual(0, later);
        await Eventually.TrueAsync(() => publishing.Subscriber.Once.Count == Backlog + 2);
        Assert.All(
            publishing.Subscriber.Once.Where(heard => heard.Event["data"]!["n"] is not null).GroupBy(heard => (string?)heard.Event["subject"]),
            one => Assert.Equal([1, 2, 3, 4], one.Select(heard => (int)heard.Event["data"]!["n"]!)));
    }

    [Fact]
    public async Task CustomerWithABacklog_IsHeardInOrder_WhenSomethingNewHappens()
    {
        await using var publishing = await PublishingApp.StartAsync();
        var customer = (await publishing.App.CustomerAsync()).Id;
        await publishing.PublishedAsync();
        await publishing.App.Database.QueryAsync<int>(
            """
            insert into outbox (id, business_id, customer_id, type, data, occurred_at)
            select gen_random_uuid(), @Business, @customer, 'tests.customer.updated', '{}', clock_timestamp() from generate_series(1, 50)
            """,
            new { publishing.App.Business, customer });

        (await publishing.App.As("owner").SendAsync(HttpMethod.Put, $"/api/v1/customers/{customer}/tags/new")).Expect(204);
        await publishing.PublishedAsync();

        await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count == 52);
        Assert.Equal(
            await publishing.App.Database.QueryAsync<Guid>("select id from outbox where customer_id = @customer order by sequence", new { customer }),
            publishing.Subscriber.Of(customer).Select(heard => heard.Id));
    }

    [Fact]
    public async Task EventThatTheBusRefusesForGood_IsSetAside_AndHoldsUpNobody()
    {
        await using var publishing = await PublishingApp.StartAsync();
        var customer = (await publishing.App.CustomerAsync()).Id;
        await publishing.PublishedAsync();
        await publishing.App.Database.QueryAsync<int>(
            """
            insert into outbox (id, business_id, customer_id, type, data, occurred_at)
            values (gen_random_uuid(), @Business, @customer, 'tests.customer.updated', jsonb_build_object('pad', repeat('x', 2000000)), clock_timestamp())
            """,
            new { publishing.App.Business, customer });

        (await publishing.App.As("owner").SendAsync(HttpMethod.Put, $"/api/v1/customers/{customer}/tags/new")).Expect(204);
        await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count == 2);
        await publishing.PublishedAsync();

        Assert.Equal(
            ["published", "amqp:link:message-size-exceeded", "published"],
            await publishing.App.Database.QueryAsync<string>(
                "select coalesce(refusal, 'published') from outbox where customer_id = @customer and (refused_at is null) = (published_at is not null) order by sequence", new { customer }));
        await publishing.App.Anonymous().ReadyAsync(200, """{"status":"ready",""");
    }

    [Fact]
    public async Task Sweep_PublishesWhatADeadProcessLeft()
    {
        await using var publishing = await PublishingApp.StartAsync();
        await publishing.WriteAsync(customers: 600, ofEach: 2);

        await publishing.SweptAsync();

        await Eventually.TrueAsync(() => publishing.Subscriber.Once.Count == 1200);
        Assert.Equal(1200, publishing.Subscriber.All.Count);
    }
}

using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>What writes of customers leave in the outbox.</summary>
public sealed class CustomerEventTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient owner = app.As("owner");

    [Fact]
    public async Task Writes_LeaveTheirEventsInOrderWithoutPersonalData()
    {
        var created = await app.CustomerAsync(firstName: "Confidential");
        (await owner.PatchAsync($"/api/v1/customers/{created.Id}", new { lastName = "Secret" })).Expect(200);
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(202);

        var events = await app.Database.QueryAsync<string>(
            "select type || ' ' || data::text from outbox where customer_id = @id order by sequence", new { id = created.Id });

        Assert.Collection(
            events,
            e => Assert.StartsWith("customers.customer.created ", e, StringComparison.Ordinal),
            e => Assert.StartsWith("customers.customer.updated ", e, StringComparison.Ordinal),
            e => Assert.StartsWith("customers.customer.updated ", e, StringComparison.Ordinal));
        Assert.Contains("deletedAt", events[2], StringComparison.Ordinal);
        Assert.All(events, e => Assert.DoesNotMatch("Confidential|Secret|@example", e));
    }

    [Fact]
    public async Task RefusedWrites_LeaveNoEvent()
    {
        var before = await app.Database.QueryAsync<long>("select count(*) from outbox where business_id = @id", new { id = app.OtherBusiness });
        var other = app.AsOf(app.OtherBusiness, "owner");

        (await other.PostAsync("/api/v1/customers", new { email = "nope" })).Expect(400);
        (await other.PutAsync($"/api/v1/customers/{Guid.NewGuid()}", new { email = Given.Email() })).Expect(404);

        Assert.Equal(before, await app.Database.QueryAsync<long>("select count(*) from outbox where business_id = @id", new { id = app.OtherBusiness }));
    }
}

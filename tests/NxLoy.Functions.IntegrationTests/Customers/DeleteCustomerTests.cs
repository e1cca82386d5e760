using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>DELETE of a customer, and its return.</summary>
public sealed class DeleteCustomerTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient owner = app.As("owner");
    private readonly ApiClient staff = app.As("staff");
    private readonly ApiClient compliance = app.As("compliance");

    [Fact]
    public async Task Delete_HidesTheCustomerFromAllButCompliance()
    {
        var created = await app.CustomerAsync();

        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}", new { reason = "asked by phone" }, created.ETag)).Expect(202);

        (await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(404);
        (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() })).Expect(404);
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(404);
        (await staff.PostAsync($"/api/v1/customers/{created.Id}/activate")).Expect(404);
        (await app.As("customer", created.Id.ToString()).GetAsync($"/api/v1/customers/{created.Id}")).Expect(404);
        Assert.NotNull((await compliance.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200).Json["deletedAt"]);
    }

    [Fact]
    public async Task Delete_ByStaff_Is403()
    {
        var created = await app.CustomerAsync();

        (await staff.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(403);
    }

    [Fact]
    public async Task Delete_StaleOrNoVersion_IsRefused()
    {
        var created = await app.CustomerAsync();

        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}", ifMatch: null)).Expect(428);
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}", ifMatch: "\"9\"")).Expect(412);
        (await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200);
    }

    [Fact]
    public async Task Delete_FreesEmailPhoneAndExternalId()
    {
        var (email, phone, externalId) = (Given.Email(), "+14155550122", Guid.NewGuid().ToString());
        var first = await app.CustomerAsync(email, phone: phone, externalId: externalId);
        (await owner.DeleteAsync($"/api/v1/customers/{first.Id}")).Expect(202);

        var second = await app.CustomerAsync(email, phone: phone, externalId: externalId);

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task Restore_BringsTheCustomerBackAsItWas()
    {
        var created = await app.CustomerAsync(firstName: "Ann");
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(202);
        await app.ForgetErasureAsync(created.Id);

        var restored = (await compliance.PostAsync($"/api/v1/customers/{created.Id}/restore")).Expect(200);

        Assert.Null(restored.Json["deletedAt"]);
        Assert.Equal("Ann", (string?)(await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200).Json["firstName"]);
    }

    [Fact]
    public async Task Restore_EmailTakenMeanwhile_Is409NamingWhoHasIt()
    {
        var email = Given.Email();
        var first = await app.CustomerAsync(email);
        (await owner.DeleteAsync($"/api/v1/customers/{first.Id}")).Expect(202);
        await app.ForgetErasureAsync(first.Id);
        var second = await app.CustomerAsync(email);

        var answer = (await compliance.PostAsync($"/api/v1/customers/{first.Id}/restore")).Expect(409);

        Assert.Equal(second.Id, answer.Json["existingId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Restore_OfACustomerThatIsNotDeleted_Is409()
    {
        var created = await app.CustomerAsync();

        Assert.Equal("customer_not_deleted", (await compliance.PostAsync($"/api/v1/customers/{created.Id}/restore")).Expect(409).Problem);
    }
}

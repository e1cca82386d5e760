using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>PUT, PATCH and the status of a customer.</summary>
public sealed class ChangeCustomerTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient staff = app.As("staff");

    [Fact]
    public async Task Put_ReplacesEveryFieldAndRaisesTheVersion()
    {
        var created = await app.CustomerAsync(firstName: "Ann", lastName: "Lee", phone: "+14155550100");
        var email = Given.Email();

        var updated = (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email, lastName = "Li" }, created.ETag)).Expect(200);

        Assert.Equal("\"2\"", updated.ETag);
        Assert.Equal(email, (string?)updated.Json["email"]);
        Assert.Equal("Li", (string?)updated.Json["fullName"]);
        Assert.Null(updated.Json["phone"]);
        Assert.Equal(updated.Text, (await staff.GetAsync($"/api/v1/customers/{created.Id}")).Text);
    }

    [Fact]
    public async Task Put_WithoutIfMatch_Is428()
    {
        var created = await app.CustomerAsync();

        Assert.Equal("if_match_missing", (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }, ifMatch: null)).Expect(428).Problem);
    }

    [Fact]
    public async Task Put_StaleVersion_Is412AndChangesNothing()
    {
        var created = await app.CustomerAsync(firstName: "Ann");
        var updated = (await staff.PatchAsync($"/api/v1/customers/{created.Id}", new { firstName = "Bo" }, created.ETag)).Expect(200);

        Assert.Equal("stale_version", (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }, created.ETag)).Expect(412).Problem);

        Assert.Equal(updated.Text, (await staff.GetAsync($"/api/v1/customers/{created.Id}")).Text);
    }

    [Fact]
    public async Task Put_AnyVersion_IsAcceptedByAsterisk()
    {
        var created = await app.CustomerAsync();

        (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }, "\"7\", *")).Expect(200);
    }

    [Fact]
    public async Task Put_50AtOnceWithOneETag_ExactlyOneWins()
    {
        var created = await app.CustomerAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email(), firstName = $"N{n}" }, created.ETag)));

        Assert.Single(answers, answer => answer.Code == 200);
        Assert.All(answers.Where(answer => answer.Code != 200), answer => answer.Expect(412));
    }

    [Fact]
    public async Task Put_TakenEmail_Is409()
    {
        var (first, second) = (await app.CustomerAsync(), await app.CustomerAsync());

        var answer = (await staff.PutAsync($"/api/v1/customers/{second.Id}", new { email = (string)first.Json["email"]! })).Expect(409);

        Assert.Equal(first.Id, answer.Json["existingId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Patch_ChangesWhatItNamesAndRemovesWhatIsNull()
    {
        var created = await app.CustomerAsync(firstName: "Ann", lastName: "Lee", phone: "+14155550111");

        var patched = (await staff.SendAsync(
            HttpMethod.Patch,
            $"/api/v1/customers/{created.Id}",
            new StringContent("""{"lastName": null, "firstName": "Anna"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/merge-patch+json")),
            ("If-Match", created.ETag!))).Expect(200);

        Assert.Equal("Anna", (string?)patched.Json["fullName"]);
        Assert.Equal("+14155550111", (string?)patched.Json["phone"]);
        Assert.Equal((string?)created.Json["email"], (string?)patched.Json["email"]);
    }

    [Theory]
    [InlineData("""{"email": null}""", "/email required")]
    [InlineData("""{"loyaltyTier": "GOLD"}""", "/loyaltyTier unknown_field")]
    [InlineData("""{"totalSpent": 1000000}""", "/totalSpent unknown_field")]
    [InlineData("""{"nothing": null}""", "/nothing unknown_field")]
    public async Task Patch_FieldThatCannotBe_Is400(string patch, string fault)
    {
        var created = await app.CustomerAsync();

        Assert.Equal([fault], (await staff.PatchAsync($"/api/v1/customers/{created.Id}", patch)).Expect(400).Faults);
    }

    [Fact]
    public async Task Deactivate_AndActivate_ChangeTheStatusOnce()
    {
        var created = await app.CustomerAsync();

        var inactive = (await staff.PostAsync($"/api/v1/customers/{created.Id}/deactivate")).Expect(200);
        var again = (await staff.PostAsync($"/api/v1/customers/{created.Id}/deactivate")).Expect(200);
        var active = (await staff.PostAsync($"/api/v1/customers/{created.Id}/activate")).Expect(200);

        Assert.False((bool?)inactive.Json["isActive"]);
        Assert.Equal(inactive.ETag, again.ETag);
        Assert.True((bool?)active.Json["isActive"]);
        Assert.Equal("\"3\"", active.ETag);
    }

    [Fact]
    public async Task Patch_ByTheCustomer_ChangesItselfButNotItsExternalId()
    {
        var me = await app.CustomerAsync(externalId: Guid.NewGuid().ToString());
        var self = app.As("customer", me.Id.ToString());

        (await self.PatchAsync($"/api/v1/customers/{me.Id}", new { firstName = "Me" })).Expect(200);
        Assert.Equal(["/externalId read_only"], (await self.PatchAsync($"/api/v1/customers/{me.Id}", new { externalId = "mine" })).Expect(400).Faults);
    }
}

using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

public sealed class CustomerTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient owner = app.As("owner");

    [Fact]
    public async Task Post_FullProfile_IsReadBackAsWritten()
    {
        var email = Given.Email();
        var created = (await owner.PostAsync("/api/v1/customers", new
        {
            email,
            phone = "+55 (12) 3923-5555",
            firstName = " Luís ",
            lastName = "Gonçalves",
            dateOfBirth = "1980-02-29",
            preferredLanguage = "pt-BR",
            telegramChatId = "42",
            externalId = "A-1",
        })).Expect(201);

        var read = (await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200);

        Assert.Equal($"/api/v1/customers/{created.Id}", created.Headers.Location!.ToString());
        Assert.Equal("\"1\"", created.ETag);
        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal(created.Text, read.Text);
        Assert.Equal("+551239235555", (string?)read.Json["phone"]);
        Assert.Equal("Luís Gonçalves", (string?)read.Json["fullName"]);
        Assert.Equal("1980-02-29", (string?)read.Json["dateOfBirth"]);
        Assert.Equal("BRONZE", (string?)read.Json["loyaltyTier"]);
        Assert.Equal(0m, (decimal?)read.Json["totalSpent"]);
        Assert.Null(read.Json["daysSinceLastVisit"]);
    }
}

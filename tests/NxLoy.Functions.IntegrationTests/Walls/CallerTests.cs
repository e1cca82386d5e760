using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Walls;

public sealed class CallerTests(TestApp app) : IClassFixture<TestApp>
{
    private static string Path => $"/api/v1/customers/{Guid.NewGuid()}";

    [Fact]
    public async Task NoToken_Is401WithAChallenge()
    {
        var answer = (await app.Anonymous().GetAsync(Path)).Expect(401);

        Assert.Equal("token_missing", answer.Problem);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    public async Task Gibberish_Is401(string token) => Assert.Equal("token_invalid", (await app.WithToken(token).GetAsync(Path)).Expect(401).Problem);

    [Fact]
    public async Task TokenOfTwoBusinesses_ChoosesByHeader()
    {
        var customer = await app.CustomerAsync(business: app.OtherBusiness);
        var client = app.WithToken(TestApp.Token("owner", [app.Business, app.OtherBusiness]));
        var path = $"/api/v1/customers/{customer.Id}";

        Assert.Equal("business_not_chosen", (await client.GetAsync(path)).Expect(400).Problem);
        (await client.SendAsync(HttpMethod.Get, path, null, ("X-Business-Id", app.OtherBusiness.ToString()))).Expect(200);
        (await client.SendAsync(HttpMethod.Get, path, null, ("X-Business-Id", app.Business.ToString()))).Expect(404);
        (await client.SendAsync(HttpMethod.Get, path, null, ("X-Business-Id", Guid.NewGuid().ToString()))).Expect(404);
        (await client.SendAsync(HttpMethod.Get, path, null, ("X-Business-Id", "' or 1=1"))).Expect(404);
    }
}

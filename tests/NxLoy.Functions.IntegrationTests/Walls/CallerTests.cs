using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.LocalStack;

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
    public async Task ExpiredToken_Is401() =>
        await Refused(TestApp.Token("owner", [app.Business], lifetime: TimeSpan.FromMinutes(-5)));

    [Fact]
    public async Task TokenOfAnotherKey_Is401()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await Refused(new DevelopmentTokens(key.ExportECPrivateKeyPem()).Create("owner", [app.Business]));
    }

    [Fact]
    public async Task UnsignedToken_Is401()
    {
        var payload = TestApp.Token("owner", [app.Business]).Split('.')[1];
        await Refused($"{Base64Url("""{"alg":"none","typ":"JWT"}""")}.{payload}.");
    }

    [Fact]
    public async Task TokenSignedWithThePublicKeyAsSecret_Is401()
    {
        var payload = TestApp.Token("owner", [app.Business]).Split('.')[1];
        var unsigned = $"{Base64Url("""{"alg":"HS256","typ":"JWT"}""")}.{payload}";
        var jwk = TestApp.Settings(app.Database)["Authentication:DevelopmentKey"]!;
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(jwk), Encoding.UTF8.GetBytes(unsigned));
        await Refused($"{unsigned}.{Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(signature)}");
    }

    [Fact]
    public async Task ChangedPayload_Is401()
    {
        var parts = TestApp.Token("staff", [app.Business]).Split('.');
        var claims = new JsonWebToken(string.Join('.', parts)).Claims.ToDictionary(claim => claim.Type, claim => claim.Value);
        await Refused($"{parts[0]}.{Base64Url(System.Text.Json.JsonSerializer.Serialize(claims).Replace("staff", "owner", StringComparison.Ordinal))}.{parts[2]}");
    }

    [Fact]
    public async Task RoleThatMayNot_Is403() =>
        Assert.Equal("role_missing", (await app.As("service").GetAsync(Path)).Expect(403).Problem);

    [Fact]
    public async Task UnknownRole_Is403() => (await app.As("emperor").GetAsync(Path)).Expect(403);

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

    [Fact]
    public async Task CustomerOfAnotherBusiness_Is404ForEveryMethod()
    {
        var stranger = await app.CustomerAsync(business: app.OtherBusiness);
        var (owner, path) = (app.As("owner"), $"/api/v1/customers/{stranger.Id}");

        (await owner.GetAsync(path)).Expect(404);
        (await owner.PutAsync(path, new { email = Given.Email() })).Expect(404);
        (await owner.PatchAsync(path, new { firstName = "X" })).Expect(404);
        (await owner.DeleteAsync(path)).Expect(404);
        (await owner.PostAsync($"{path}/activate")).Expect(404);
        (await owner.PostAsync($"{path}/deactivate")).Expect(404);
        (await app.As("compliance").PostAsync($"{path}/restore")).Expect(404);
    }

    private static string Base64Url(string text) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(text);

    private async Task Refused(string token) => Assert.Equal("token_invalid", (await app.WithToken(token).GetAsync(Path)).Expect(401).Problem);
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Walls;

/// <summary>Tokens of an OpenID Connect authority that really serves its discovery document and keys.</summary>
public sealed class AuthorityTests : IAsyncLifetime
{
    private readonly Guid business = Guid.CreateVersion7();
    private FakeAuthority authority = null!;
    private TestDatabase database = null!;
    private FunctionsTestHost host = null!;

    [Fact]
    public async Task SignedToken_IsAccepted() => Assert.Equal(404, await StatusWith(authority.Sign(Claims())));

    [Fact]
    public async Task ListsAreReadHoweverManyTheyAre() =>
        Assert.Equal(400, await StatusWith(authority.Sign(Claims(c => c["businesses"] = new[] { business.ToString(), Guid.NewGuid().ToString() }))));

    [Fact]
    public async Task RotatedKey_IsFetched()
    {
        Assert.Equal(404, await StatusWith(authority.Sign(Claims())));
        authority.Rotate();

        Assert.Equal(404, await StatusWith(authority.Sign(Claims())));
    }

    [Fact]
    public async Task TokenAcceptedBefore_IsRefusedOnceItIsOver()
    {
        Assert.Equal(404, await StatusWith(authority.Sign(Claims()))); // the first request takes longest

        // Clocks may differ by half a minute, so this one is good for a little longer.
        var token = authority.Sign(Claims(c => c["exp"] = Seconds(-12)));
        Assert.Equal(404, await StatusWith(token));

        await Eventually.TrueAsync(async () => await StatusWith(token) == 401);
    }

    public static TheoryData<string> Refusals => ["issuer", "audience", "expired", "future", "no expiry", "no subject", "no business", "symmetric", "development issuer"];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task TokenThatIsNotForHere_Is401(string fault)
    {
        var token = fault switch
        {
            "issuer" => authority.Sign(Claims(c => c["iss"] = "https://elsewhere.invalid")),
            "audience" => authority.Sign(Claims(c => c["aud"] = "another-app")),
            "expired" => authority.Sign(Claims(c => c["exp"] = Seconds(-600))),
            "future" => authority.Sign(Claims(c => c["nbf"] = Seconds(600))),
            "no expiry" => authority.Sign(Claims(c => c.Remove("exp"))),
            "no subject" => authority.Sign(Claims(c => c.Remove("sub"))),
            "no business" => authority.Sign(Claims(c => c["businesses"] = Array.Empty<string>())),
            "symmetric" => authority.SignWithPublicKeyAsSecret(Claims()),
            _ => authority.Sign(Claims(c => c["iss"] = "https://development.nxloy.invalid")),
        };

        Assert.Equal(401, await StatusWith(token));
    }

    [Fact]
    public async Task AuthorityOutOfReach_Is503AndNotTheTokensFault()
    {
        await using var unreachable = await StartAsync(new Uri("http://127.0.0.1:9/"));
        var answer = await new ApiClient(unreachable.CreateClient(), authority.Sign(Claims())).GetAsync($"/api/v1/customers/{Guid.NewGuid()}");

        Assert.Equal("authority_unavailable", answer.Expect(503).Problem);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("AZURE_FUNCTIONS_ENVIRONMENT", "Production")]
    [InlineData("WEBSITE_INSTANCE_ID", "an Azure instance")]
    public async Task DevelopmentKey_OutsideDevelopment_StopsTheStart(string setting, string value)
    {
        var settings = TestApp.Settings(database);
        settings[setting] = value;

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings));

        Assert.Contains("Authentication:DevelopmentKey", refused.Message, StringComparison.Ordinal);
    }

    public async Task InitializeAsync()
    {
        authority = await FakeAuthority.StartAsync();
        database = await TestDatabase.CloneAsync();
        host = await StartAsync(authority.Address);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
        await authority.DisposeAsync();
    }

    private Task<FunctionsTestHost> StartAsync(Uri address)
    {
        var settings = TestApp.Settings(database);
        settings.Remove("Authentication:DevelopmentKey");
        settings["Authentication:Authority"] = address.ToString();
        return FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
    }

    private async Task<int> StatusWith(string token) =>
        (await new ApiClient(host.CreateClient(), token).GetAsync($"/api/v1/customers/{Guid.NewGuid()}")).Code;

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.AddSeconds(fromNow).ToUnixTimeSeconds();

    private Dictionary<string, object> Claims(Action<Dictionary<string, object>>? change = null)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = authority.Address.ToString().TrimEnd('/'),
            ["aud"] = "nxloy-functions",
            ["sub"] = "someone",
            ["exp"] = Seconds(600),
            ["roles"] = new[] { "owner" },
            ["businesses"] = new[] { business.ToString() },
        };
        change?.Invoke(claims);
        return claims;
    }

    private sealed class FakeAuthority : IAsyncDisposable
    {
        private readonly WebApplication web;
        private RsaSecurityKey key = NewKey();

        private FakeAuthority(WebApplication web) => this.web = web;

        public Uri Address { get; private set; } = null!;

        public static async Task<FakeAuthority> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var web = builder.Build();
            web.Urls.Add("http://127.0.0.1:0");
            var authority = new FakeAuthority(web);
            web.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = authority.Address.ToString().TrimEnd('/'), jwks_uri = $"{authority.Address}keys" }));
            web.MapGet("/keys", () => Results.Json(new { keys = new[] { authority.PublicKey() } }));
            await web.StartAsync();
            authority.Address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return authority;
        }

        public void Rotate() => key = NewKey();

        public string Sign(Dictionary<string, object> claims) => Create(claims, new SigningCredentials(key, SecurityAlgorithms.RsaSha256));

        public string SignWithPublicKeyAsSecret(Dictionary<string, object> claims) =>
            Create(claims, new SigningCredentials(new SymmetricSecurityKey(key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = key.KeyId }, SecurityAlgorithms.HmacSha256));

        public ValueTask DisposeAsync() => web.DisposeAsync();

        private static string Create(Dictionary<string, object> claims, SigningCredentials credentials) =>
            new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = credentials });

        private static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

        private object PublicKey()
        {
            var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
            return new { kty = "RSA", use = "sig", kid = key.KeyId, n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) };
        }
    }
}

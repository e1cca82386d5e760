using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>
/// An OpenID Connect authority, as far as the app asks one: discovery and keys. So the app runs as in production, where
/// development tokens are refused. RS256, which most authorities sign with.
/// </summary>
internal sealed class TokenAuthority : IAsyncDisposable
{
    public const string Audience = "nxloy-functions";

    private readonly RSA rsa = RSA.Create(2048);
    private readonly WebApplication app;
    private readonly SigningCredentials credentials;

    private TokenAuthority()
    {
        credentials = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = "bench" }, SecurityAlgorithms.RsaSha256);
        var key = rsa.ExportParameters(includePrivateParameters: false);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Address, jwks_uri = $"{Address}/keys" }));
        app.MapGet("/keys", () => Results.Json(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "bench", n = Base64UrlEncoder.Encode(key.Modulus!), e = Base64UrlEncoder.Encode(key.Exponent!) } },
        }));
    }

    public string Address => app.Urls.First();

    public static async Task<TokenAuthority> StartAsync()
    {
        var authority = new TokenAuthority();
        await authority.app.StartAsync();
        return authority;
    }

    /// <summary>A token at one business.</summary>
    public string Token(string subject, Guid business, string role = "staff") => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Address,
        Audience = Audience,
        Expires = DateTime.UtcNow.AddHours(12),
        SigningCredentials = credentials,
        Claims = new Dictionary<string, object> { ["sub"] = subject, ["roles"] = new[] { role }, ["businesses"] = new[] { business.ToString() } },
    });

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        rsa.Dispose();
    }
}

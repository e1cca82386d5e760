using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.LocalStack;

/// <summary>Signs tokens with a development key (ES256) as an authority would; only a development app accepts them.</summary>
public sealed class DevelopmentTokens
{
    private readonly ECDsaSecurityKey key;

    public DevelopmentTokens(string pem)
    {
        var curve = ECDsa.Create();
        curve.ImportFromPem(pem);
        key = new ECDsaSecurityKey(curve);
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
    }

    /// <summary>The public half as a JWK, for the setting Authentication:DevelopmentKey.</summary>
    public string PublicJwk
    {
        get
        {
            var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
            return JsonSerializer.Serialize(new
            {
                kty = "EC",
                crv = "P-256",
                x = Base64UrlEncoder.Encode(point.X),
                y = Base64UrlEncoder.Encode(point.Y),
                kid = key.KeyId,
                alg = SecurityAlgorithms.EcdsaSha256,
                use = "sig",
            });
        }
    }

    public string Create(string role, IEnumerable<Guid> businesses, string? subject = null, TimeSpan? lifetime = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "https://development.nxloy.invalid",
            Audience = "nxloy-functions",
            IssuedAt = DateTime.UtcNow,
            NotBefore = DateTime.UtcNow,
            Expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromHours(12)),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = subject ?? role,
                ["roles"] = new[] { role },
                ["businesses"] = businesses.Select(id => id.ToString()).ToArray(),
            },
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        });
}

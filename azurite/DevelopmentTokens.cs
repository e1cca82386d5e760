using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.LocalStack;

/// <summary>
/// Makes the tokens that take the place of a sign-in during development: JWTs signed (ES256) with a key that this machine made.
/// The app accepts them only when it is given the public key, as <c>Authentication:DevelopmentKey</c>.
/// </summary>
public sealed class DevelopmentTokens
{
    /// <summary>The <c>iss</c> claim. A name that no real issuer can have (RFC 2606).</summary>
    public const string Issuer = "https://development.nxloy.invalid";

    /// <summary>The <c>aud</c> claim.</summary>
    public const string Audience = "nxloy-functions";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };
    private static readonly JsonSerializerOptions WithoutNulls =
        new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private readonly SigningCredentials credentials;

    /// <param name="key">EC P-256, private.</param>
    public DevelopmentTokens(ECDsa key)
    {
        var publicJwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(key.ExportParameters(false))));
        KeyId = Base64UrlEncoder.Encode(publicJwk.ComputeJwkThumbprint());
        credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = KeyId }, SecurityAlgorithms.EcdsaSha256);
        PublicJwk = JsonSerializer.Serialize(
            new { kty = publicJwk.Kty, crv = publicJwk.Crv, x = publicJwk.X, y = publicJwk.Y, kid = KeyId, alg = "ES256", use = "sig" },
            WithoutNulls);
    }

    /// <param name="pem">The same as PEM text.</param>
    public DevelopmentTokens(string pem)
        : this(FromPem(pem))
    {
    }

    /// <summary>The roles the app knows.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["staff", "owner", "compliance", "service", "customer"];

    /// <summary>The public key as a JSON Web Key: all that the app is given.</summary>
    public string PublicJwk { get; }

    /// <summary>The key's thumbprint (RFC 7638), in the tokens' header.</summary>
    public string KeyId { get; }

    /// <summary>A token for one role at the businesses given.</summary>
    /// <param name="role">One of <see cref="Roles"/>.</param>
    /// <param name="businesses">Ids; may be empty.</param>
    /// <param name="subject">Who it speaks for. For the role customer this is the customer's id. Default: "development-" and the role.</param>
    /// <param name="lifetime">From <paramref name="issuedAt"/>; default 12 hours.</param>
    /// <param name="issuedAt">Default: the machine's time, which business time never moves.</param>
    public string Create(
        string role,
        IEnumerable<Guid> businesses,
        string? subject = null,
        TimeSpan? lifetime = null,
        DateTimeOffset? issuedAt = null) => Create([role], businesses, subject, lifetime, issuedAt);

    /// <summary>The same for several roles at once.</summary>
    public string Create(
        IEnumerable<string> roles,
        IEnumerable<Guid> businesses,
        string? subject = null,
        TimeSpan? lifetime = null,
        DateTimeOffset? issuedAt = null)
    {
        var given = roles.ToArray();
        var from = issuedAt ?? TimeProvider.System.GetUtcNow();
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = from.UtcDateTime,
            NotBefore = from.UtcDateTime,
            Expires = (from + (lifetime ?? TimeSpan.FromHours(12))).UtcDateTime,
            SigningCredentials = credentials,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = subject ?? $"development-{string.Join('-', given)}",
                ["roles"] = given,
                ["businesses"] = businesses.Select(id => id.ToString()).ToArray(),
            },
        });
    }

    private static ECDsa FromPem(string pem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return key;
    }
}

using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Http;

/// <summary>The public half of the key that ./run signs its tokens with (setting Authentication:DevelopmentKey, a JWK).</summary>
public sealed class DevelopmentKey(string jwk)
{
    public const string Issuer = "https://development.nxloy.invalid";
    public const string Audience = "nxloy-functions";

    internal TokenValidationParameters Rules { get; } = new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        IssuerSigningKey = JsonWebKey.Create(jwk),
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ClockSkew = TimeSpan.FromSeconds(30),
    };
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class DevelopmentTokensTests
{
    private static readonly DateTimeOffset Issued = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly DevelopmentTokens tokens = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    [Fact]
    public void Create_ForARole_SaysWhoWhereAndHowLong()
    {
        var business = Guid.CreateVersion7();

        var token = new JsonWebToken(tokens.Create("owner", [business], issuedAt: Issued));

        Assert.Equal("ES256", token.Alg);
        Assert.Equal("https://development.nxloy.invalid", token.Issuer);
        Assert.Equal(["nxloy-functions"], token.Audiences);
        Assert.Equal("development-owner", token.Subject);
        Assert.Equal(["owner"], token.GetPayloadValue<string[]>("roles"));
        Assert.Equal([business.ToString()], token.GetPayloadValue<string[]>("businesses"));
        Assert.Equal(Issued.UtcDateTime.AddHours(12), token.ValidTo);
    }

    [Fact]
    public void PublicJwk_HasTheTokensKeyId_AndNothingPrivate()
    {
        var jwk = JsonNode.Parse(tokens.PublicJwk)!.AsObject();

        Assert.Equal(new JsonWebToken(tokens.Create("staff", [])).Kid, jwk["kid"]!.GetValue<string>());
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], jwk.Select(property => property.Key).Order());
    }

    [Fact]
    public void Tokens_OfThePem_AreTheSameKeys()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Equal(new DevelopmentTokens(key).PublicJwk, new DevelopmentTokens(key.ExportPkcs8PrivateKeyPem()).PublicJwk);
    }
}

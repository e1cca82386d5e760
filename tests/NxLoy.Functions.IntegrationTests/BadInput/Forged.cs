using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Tokens that open nothing, each made from one that would.</summary>
internal static class Forged
{
    public static IEnumerable<(string Name, string Token)> Like(string role, Guid business)
    {
        var (valid, names) = (TestApp.Sign(Claims(role, business)), TestApp.PublicKey);
        var parts = valid.Split('.');
        foreach (var (name, change) in Changes())
        {
            var claims = Claims(role, business);
            change(claims);
            yield return (name, TestApp.Sign(claims));
        }

        foreach (var none in (string[])["none", "None", "NONE", "nOnE", ""])
        {
            yield return ($"alg '{none}'", $"{Encode($$"""{"alg":"{{none}}","typ":"JWT"}""")}.{parts[1]}.");
            yield return ($"alg '{none}' with a signature", $"{Encode($$"""{"alg":"{{none}}","typ":"JWT"}""")}.{parts[1]}.{parts[2]}");
        }

        foreach (var (name, secret) in ((string, byte[])[])[("JWK", Encoding.UTF8.GetBytes(names.Jwk)), ("PEM", Encoding.UTF8.GetBytes(names.Pem)), ("DER", names.Der), ("nothing", [])])
        {
            var unsigned = $"{Encode($$"""{"alg":"HS256","typ":"JWT","kid":"{{Header(valid)["kid"]}}"}""")}.{parts[1]}";
            yield return ($"HS256 with the public key's {name} as secret", $"{unsigned}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(unsigned)))}");
        }

        yield return ("signature of nothing but zeros", $"{parts[0]}.{parts[1]}.{Base64UrlEncoder.Encode(new byte[64])}");
        yield return ("signature cut", valid[..^4]);
        yield return ("signature left out", $"{parts[0]}.{parts[1]}.");
        yield return ("two parts", $"{parts[0]}.{parts[1]}");
        yield return ("five parts", $"{valid}.{parts[1]}.{parts[2]}");
        yield return ("payload changed", $"{parts[0]}.{Encode(JsonSerializer.Serialize(new Dictionary<string, object>(Claims("owner", business)) { ["sub"] = "another" }))}.{parts[2]}");
        yield return ("payload no JSON", $"{parts[0]}.{Encode("[[[")}.{parts[2]}");
        yield return ("payload deep", $"{parts[0]}.{Encode(new string('[', 1000))}.{parts[2]}");
        yield return ("header no JSON", $"{Encode("x")}.{parts[1]}.{parts[2]}");

        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        yield return ("another key", new DevelopmentTokens(own).Create(role, [business]));
        var jwk = new DevelopmentTokens(own).PublicJwk;
        foreach (var header in (string[])[$$"""{"alg":"ES256","jwk":{{jwk}}}""", """{"alg":"ES256","jku":"http://127.0.0.1:9/keys"}""", """{"alg":"ES256","x5u":"http://127.0.0.1:9/cert"}""", """{"alg":"ES256","kid":"../../../../dev/null"}""", """{"alg":"ES256","kid":"' or 1=1"}"""])
        {
            var unsigned = $"{Encode(header)}.{parts[1]}";
            yield return ($"another key, header {header[..30]}", $"{unsigned}.{Base64UrlEncoder.Encode(own.SignData(Encoding.UTF8.GetBytes(unsigned), HashAlgorithmName.SHA256))}");
        }
    }

    public static Dictionary<string, object> Claims(string role, Guid business) => new()
    {
        ["iss"] = DevelopmentKey.Issuer,
        ["aud"] = DevelopmentKey.Audience,
        ["sub"] = "someone",
        ["iat"] = Seconds(-10),
        ["nbf"] = Seconds(-10),
        ["exp"] = Seconds(600),
        ["roles"] = new[] { role },
        ["businesses"] = new[] { business.ToString() },
    };

    private static IEnumerable<(string Name, Action<Dictionary<string, object>> Change)> Changes() =>
    [
        ("expired", claims => claims["exp"] = Seconds(-600)),
        ("expired long ago", claims => claims["exp"] = 0),
        ("without expiry", claims => claims.Remove("exp")),
        ("not yet valid", claims => claims["nbf"] = Seconds(600)),
        ("issued in the future", claims => claims["iat"] = Seconds(600)),
        ("of another issuer", claims => claims["iss"] = "https://elsewhere.invalid"),
        ("of an issuer that looks alike", claims => claims["iss"] = DevelopmentKey.Issuer + "/"),
        ("without issuer", claims => claims.Remove("iss")),
        ("for another audience", claims => claims["aud"] = "another-app"),
        ("for other audiences", claims => claims["aud"] = new[] { "another-app", "nxloy-functions-2" }),
        ("without audience", claims => claims.Remove("aud")),
        ("without subject", claims => claims.Remove("sub")),
        ("with an empty subject", claims => claims["sub"] = ""),
        ("with a subject that holds NUL", claims => claims["sub"] = "a\0b"),
        ("with a subject of 5,000 characters", claims => claims["sub"] = new string('s', 5000)),
        ("without businesses", claims => claims.Remove("businesses")),
        ("with no business", claims => claims["businesses"] = Array.Empty<string>()),
        ("with a business that is no id", claims => claims["businesses"] = new[] { "*", "' or 1=1", "" }),
        ("with the empty id as business", claims => claims["businesses"] = new[] { Guid.Empty.ToString() }),
    ];

    private static JsonElement.ObjectEnumerator Parts(string token) => JsonElement.Parse(Base64UrlEncoder.Decode(token.Split('.')[0])).EnumerateObject();

    private static Dictionary<string, string> Header(string token) => Parts(token).ToDictionary(part => part.Name, part => part.Value.ToString());

    private static string Encode(string text) => Base64UrlEncoder.Encode(text);

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.AddSeconds(fromNow).ToUnixTimeSeconds();
}

using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Erasure;

/// <summary>The key that certificates are signed with (setting Keys:Certificates): EC P-256, ES256.</summary>
public sealed class CertificateKey(ErasureOptions options)
{
    private readonly Lazy<ECDsaSecurityKey> key = new(() => Read(options.CertificateKey));

    /// <summary>A JSON Web Signature (RFC 7515, compact) over a JSON text; its header holds the public key, which outlives this one's use.</summary>
    public string Sign(string json)
    {
        var point = key.Value.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        var publicKey = new Dictionary<string, object>
        {
            ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y),
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            json, new SigningCredentials(key.Value, SecurityAlgorithms.EcdsaSha256), new Dictionary<string, object> { ["jwk"] = publicKey });
    }

    // The key id is the thumbprint of RFC 7638.
    private static ECDsaSecurityKey Read(string? setting)
    {
        var ec = ECDsa.Create();
        try
        {
            if (setting?.Contains("-----BEGIN", StringComparison.Ordinal) == true)
            {
                ec.ImportFromPem(setting.Replace("\\n", "\n", StringComparison.Ordinal));
            }
            else
            {
                ec.ImportPkcs8PrivateKey(Convert.FromBase64String(setting ?? ""), out _);
            }

            ec.SignHash(new byte[32]); // a public key signs nothing
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException or ArgumentException)
        {
            throw Unusable();
        }

        if (ec.KeySize != 256)
        {
            throw Unusable();
        }

        var read = new ECDsaSecurityKey(ec);
        read.KeyId = Base64UrlEncoder.Encode(read.ComputeJwkThumbprint());
        return read;
    }

    // Never the library's own message, which may repeat a part of the key.
    private static InvalidOperationException Unusable() =>
        new("The setting Keys:Certificates is missing or holds no private key on the curve P-256 (PKCS #8, PEM or its base64 body). See docs/settings.md.");
}

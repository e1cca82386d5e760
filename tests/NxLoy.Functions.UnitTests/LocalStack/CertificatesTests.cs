using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using NxLoy.Functions.Erasure;
using NxLoy.Functions.Http;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.UnitTests.LocalStack;

/// <summary>./run verify-certificate, on what the app signs.</summary>
public sealed class CertificatesTests
{
    private static readonly string Jws = Key(ECCurve.NamedCurves.nistP256).Sign(JsonSerializer.Serialize(
        new Certificate
        {
            ErasureId = Guid.Empty, BusinessId = Guid.Empty, BusinessName = "Northwind", CustomerId = Guid.Parse("01a206de-f727-7c6c-ad86-23b745e26081"),
            RequestedAs = "customer", RequestedAt = DateTimeOffset.UnixEpoch, ApprovedAt = DateTimeOffset.UnixEpoch, DueAt = DateTimeOffset.UnixEpoch,
            ErasedAt = DateTimeOffset.UnixEpoch, CompletedAt = DateTimeOffset.UnixEpoch.AddSeconds(1),
            Erased = new Dictionary<string, int> { ["customers"] = 1, ["customer_notes"] = 0 },
            Kept = [new KeptData("transactions", "Sales", 3, "books", "P120M")],
            Scan = new ScanResult(80, 0, 0), IsInLedger = true, LastBackupExpiresOn = new DateOnly(1970, 2, 5),
        },
        Json.Options));

    [Fact]
    public async Task CertificateAsAnsweredOrItsSignatureAlone_HoldsAndIsTold()
    {
        var (holds, words) = await Certificates.CheckAsync(Jws, keyId: null);

        Assert.True(holds, words);
        Assert.Equal((true, words), await Certificates.CheckAsync(JsonSerializer.Serialize(new { certificate = new { }, jws = Jws }), keyId: null));
        Assert.StartsWith("The certificate holds. Northwind erased customer 01a206de-f727-7c6c-ad86-23b745e26081 at 1970-01-01T00:00:00Z", words, StringComparison.Ordinal);
        Assert.Contains("Erased, in rows: customers 1.", words, StringComparison.Ordinal);
        Assert.Contains("  transactions, 3 rows: Sales (books; P120M)", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedCertificate_DoesNotHold()
    {
        var parts = Jws.Split('.');
        foreach (var at in Enumerable.Range(0, parts[1].Length).Where(at => at % 17 == 0))
        {
            var changed = parts[1][..at] + (parts[1][at] == 'A' ? 'B' : 'A') + parts[1][(at + 1)..];
            Assert.False((await Certificates.CheckAsync($"{parts[0]}.{changed}.{parts[2]}", null)).Holds);
        }
    }

    [Fact]
    public async Task AnotherKey_IsSaid()
    {
        Assert.True((await Certificates.CheckAsync(Jws, new JsonWebToken(Jws).Kid)).Holds);
        Assert.StartsWith("it is signed by another key", (await Certificates.CheckAsync(Jws, "whoever")).Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("{}")]
    [InlineData("{\"jws\":null}")]
    [InlineData("no certificate")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")] // alg none
    public async Task WhatIsNoCertificate_IsSaid(string text) => Assert.Equal((false, "this is no certificate"), await Certificates.CheckAsync(text, null));

    [Fact]
    public void Key_IsReadFromPemAndItsBase64Body_AndNothingElse()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var text in new[] { ec.ExportPkcs8PrivateKeyPem(), ec.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("\\n"), Convert.ToBase64String(ec.ExportPkcs8PrivateKey()) })
            Assert.NotEmpty(Of(text).Sign("{}"));
        using var wrong = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var text in new[] { null, "", "secret text", "AAAA", wrong.ExportPkcs8PrivateKeyPem(), ec.ExportSubjectPublicKeyInfoPem() })
        {
            var refused = Record.Exception(() => Of(text).Sign("{}"));
            Assert.True(refused is InvalidOperationException && refused.Message.StartsWith("The setting Keys:Certificates is missing or holds no private key", StringComparison.Ordinal), $"{text}: {refused}");
        }
    }

    private static CertificateKey Key(ECCurve curve)
    {
        using var ec = ECDsa.Create(curve);
        return Of(ec.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateKey Of(string? text) => new(new ErasureOptions(25, 35, "erasures", text));
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>What a completed erasure certifies, and that anybody can check it with a library of their own.</summary>
public sealed class CertificateTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Certificate_SaysWhatWasErasedWhatWasKeptAndWhatTheScanFound()
    {
        await app.Database.QueryAsync<int>("update businesses set retention_months = 120, time_zone = 'Pacific/Auckland' where id = @Business", new { app.Business });
        var person = await KnownPerson.EverywhereAsync(app);
        await app.Database.QueryAsync<int>("update businesses set retention_months = 120 where id = @Business", new { app.Business });

        var certificate = (await CertificateAsync(await app.EraseAsync(person.Id)))["certificate"]!;

        Assert.Equal((1, person.Id.ToString(), "owner"), ((int)certificate["certificateVersion"]!, (string)certificate["customerId"]!, (string)certificate["requestedAs"]!));
        Assert.Equal(1, (int)certificate["erased"]!["customer_notes"]!);
        Assert.Equal(1, (int)certificate["erased"]!["customers"]!);
        var sales = Kept(certificate, "transactions");
        Assert.Equal((2, "P120M", "GDPR art. 17(3)(b): duty to keep books"), ((int)sales["rows"]!, (string)sales["retention"]!, (string)sales["ground"]!));
        Assert.Equal("P36M", (string)Kept(certificate, "audit_log")["retention"]!);
        Assert.Equal("as long as the system is in use", (string)Kept(certificate, "erasure_ledger")["retention"]!);
        Assert.Equal(0, (int)certificate["scan"]!["found"]!);
        Assert.True((int)certificate["scan"]!["columns"]! > 40);
        Assert.True((bool)certificate["isInLedger"]!);
        var local = BusinessCalendar.LocalDay((DateTimeOffset)certificate["completedAt"]!, "Pacific/Auckland");
        Assert.Equal(local.AddDays(35).ToString("O"), (string)certificate["lastBackupExpiresOn"]!);
    }

    [Fact]
    public async Task Certificate_HoldsNothingOfThePerson_NorOfWhoActed()
    {
        var person = await KnownPerson.EverywhereAsync(app);

        var text = (await CertificateAsync(await app.EraseAsync(person.Id))).ToJsonString();
        var payload = Base64UrlEncoder.Decode(((string)JsonNode.Parse(text)!["jws"]!).Split('.')[1]);

        Assert.All(person.Identifiers.Append(person.FullName).Append("development-"), known => Assert.DoesNotContain(known, text + payload, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Signature_HoldsUnderThePublicKey_AndNotWhenALetterIsChanged()
    {
        var signed = await CertificateAsync(await app.EraseAsync((await app.CustomerAsync()).Id));
        var jws = (string)signed["jws"]!;

        Assert.True(await HoldsAsync(jws));
        Assert.Equal(new JsonWebToken(jws).Kid, (string?)signed["keyId"]);
        var parts = jws.Split('.');
        var payload = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("owner", "0wner", StringComparison.Ordinal));
        Assert.False(await HoldsAsync($"{parts[0]}.{payload}.{parts[2]}"));
    }

    [Fact]
    public async Task CustomerAndOwnerWhoAsked_MayReadIt_AndOthersMayNot()
    {
        var customer = (await app.CustomerAsync()).Id;
        var path = $"/api/v1/erasures/{await app.EraseAsync(customer)}/certificate";

        (await app.As("owner").GetAsync(path)).Expect(200);
        (await app.As("customer", customer.ToString()).GetAsync(path)).Expect(200);
        (await app.As("owner", "another owner").GetAsync(path)).Expect(404);
        (await app.AsOf(app.OtherBusiness, "compliance").GetAsync(path)).Expect(404);
    }

    private static JsonNode Kept(JsonNode certificate, string table) => certificate["kept"]!.AsArray().Single(kept => (string?)kept!["table"] == table)!;

    private async Task<JsonObject> CertificateAsync(Guid erasure) =>
        (await app.As("compliance").GetAsync($"/api/v1/erasures/{erasure}/certificate")).Expect(200).Json;

    private static async Task<bool> HoldsAsync(string jws)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(TestApp.CertificatePublicKey, out _);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(jws, new TokenValidationParameters
        {
            IssuerSigningKey = new ECDsaSecurityKey(key), ValidateAudience = false, ValidateIssuer = false, ValidateLifetime = false, RequireExpirationTime = false,
        });
        return result.IsValid;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.LocalStack;

/// <summary>Checks an erasure certificate by itself: its signature, under the public key that it carries.</summary>
internal static class Certificates
{
    /// <param name="text">What GET /api/v1/erasures/{id}/certificate answered, or its jws alone.</param>
    /// <param name="keyId">The thumbprint (RFC 7638) that the key must have; null takes any.</param>
    /// <returns>Whether it holds, and in words what it says or what is wrong.</returns>
    public static async Task<(bool Holds, string Words)> CheckAsync(string text, string? keyId)
    {
        try
        {
            var jws = text.TrimStart().StartsWith('{') ? (string?)JsonNode.Parse(text)?["jws"] : text.Trim();
            var token = new JsonWebToken(jws ?? "");
            var key = new JsonWebKey(JsonSerializer.Serialize(token.GetHeaderValue<JsonElement>("jwk")));
            var thumbprint = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
            if (keyId is not null && thumbprint != keyId)
                return (false, $"it is signed by another key: {thumbprint}");

            var checkedSignature = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
            {
                IssuerSigningKey = key,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                ValidateAudience = false,
                ValidateIssuer = false,
                ValidateLifetime = false,
                RequireExpirationTime = false,
            });
            return checkedSignature.IsValid
                ? (true, InWords(JsonNode.Parse(Base64UrlEncoder.Decode(token.EncodedPayload))!, thumbprint, isExpected: keyId is not null))
                : (false, "its signature does not hold: something in it was changed");
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException or SecurityTokenException or InvalidOperationException or FormatException)
        {
            return (false, "this is no certificate");
        }
    }

    private static string InWords(JsonNode certificate, string thumbprint, bool isExpected)
    {
        var erased = certificate["erased"]!.AsObject().Where(table => (int)table.Value! > 0).Select(table => $"{table.Key} {table.Value}");
        var kept = certificate["kept"]!.AsArray().Select(one => $"  {one!["table"]}{(one["rows"] is { } rows ? $", {rows} rows" : "")}: {one["what"]} ({one["ground"]}; {one["retention"]})");
        return $"""
            The certificate holds. {certificate["businessName"]} erased customer {certificate["customerId"]} at {certificate["erasedAt"]}, and found nothing left at {certificate["completedAt"]}.
            Erased, in rows: {string.Join(", ", erased)}.
            Kept:
            {string.Join('\n', kept)}
            The last backup with the person is deleted on {certificate["lastBackupExpiresOn"]}.
            Signed by the key {thumbprint}{(isExpected ? "." : ": compare it with the one that the business has published.")}
            """;
    }
}

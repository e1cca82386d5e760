using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Amqp.Listener;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>Checks the tokens that clients sign with the key, and knows which connections have shown one.</summary>
internal sealed class AccessTokens(string key)
{
    private const string Prefix = "SharedAccessSignature ";
    private const string Shown = "token-shown";

    /// <summary>Whether this connection has logged in with the key or shown a good token.</summary>
    public static bool IsShown(ListenerConnection connection) => connection.Principal is not null || connection.Properties.ContainsKey(Shown);

    /// <returns>Whether the token is good; then the connection may do everything.</returns>
    public bool Show(ListenerConnection connection, string? token)
    {
        if (token is null || !IsGood(token))
            return false;
        connection.Properties[Shown] = true;
        return true;
    }

    private bool IsGood(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var fields = HttpUtility.ParseQueryString(token[Prefix.Length..]);
        var (resource, expiry, signature) = (fields["sr"], fields["se"], fields["sig"]);
        if (resource is null || signature is null || !long.TryParse(expiry, CultureInfo.InvariantCulture, out var seconds)
            || DateTimeOffset.FromUnixTimeSeconds(seconds) < TimeProvider.System.GetUtcNow())
            return false;
        // Signed is the resource as it was written: encoded, in whichever case the client writes its hexadecimal digits.
        var written = token[Prefix.Length..].Split('&').First(field => field.StartsWith("sr=", StringComparison.Ordinal))[3..];
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{written}\n{expiry}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Convert.ToBase64String(expected)), Encoding.UTF8.GetBytes(signature));
    }
}

using System.Security.Cryptography;
using System.Text;

namespace NxLoy.Functions;

/// <summary>
/// What an id becomes that another system gave and that named an erased person (sale-ann@example.com): a keyed digest, so
/// that the same id sent again is still the same sale, and nobody without the app's key can tell what it was.
/// </summary>
public sealed class ErasedIds(Sealing sealing)
{
    private const int Digits = 24;

    public const string Prefix = "[erased-";

    public string Of(Guid business, string id) =>
        $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData([.. Salt(business), .. Encoding.UTF8.GetBytes(id)]))[..Digits]}]";

    /// <summary>32 bytes that nobody without the key knows: with them <see cref="Sql"/> makes the same of an id.</summary>
    public byte[] Salt(Guid business) => sealing.Digest("erased-ids", business.ToByteArray());

    /// <summary>The same in SQL, of an expression; takes @salt.</summary>
    public static string Sql(string expression) =>
        $"'{Prefix}' || left(encode(sha256(@salt || convert_to({expression}, 'UTF8')), 'hex'), {Digits}) || ']'";
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace NxLoy.Functions;

/// <summary>
/// Keys derived from the one secret Keys:Sealing (32 bytes, base64): a purpose each, so that what one sealed no other opens.
/// </summary>
public sealed class Sealing(byte[] secret)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly ConcurrentDictionary<string, byte[]> keys = new();

    /// <summary>HMAC-SHA256 under the purpose's key: 32 bytes that nobody without the secret can make or look up.</summary>
    public byte[] Digest(string purpose, ReadOnlySpan<byte> data) => HMACSHA256.HashData(Key(purpose), data);

    /// <summary>AES-256-GCM; <paramref name="context"/> is authenticated and must be the same on opening. URL-safe text.</summary>
    public string Seal(string purpose, string context, ReadOnlySpan<byte> plain)
    {
        var sealedBytes = new byte[NonceSize + plain.Length + TagSize];
        var nonce = sealedBytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Key(purpose), TagSize);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceSize, plain.Length), sealedBytes.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(context));
        return System.Buffers.Text.Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>What was sealed, or null when it was made up, changed, or belongs to another context.</summary>
    public byte[]? Open(string purpose, string context, string text)
    {
        try
        {
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(text);
            if (bytes.Length < NonceSize + TagSize)
            {
                return null;
            }

            var plain = new byte[bytes.Length - NonceSize - TagSize];
            using var aes = new AesGcm(Key(purpose), TagSize);
            aes.Decrypt(bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize, plain.Length), bytes.AsSpan(NonceSize + plain.Length), plain, Encoding.UTF8.GetBytes(context));
            return plain;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
    }

    // Derived once: the audit log needs its key for every row. Purposes are constants of this app, so they are few.
    private byte[] Key(string purpose) => keys.GetOrAdd(
        purpose, static (info, from) => HKDF.DeriveKey(HashAlgorithmName.SHA256, from, 32, info: Encoding.UTF8.GetBytes(info)), secret);
}

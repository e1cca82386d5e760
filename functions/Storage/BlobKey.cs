using System.Security.Cryptography;
using Azure.Core.Cryptography;

namespace NxLoy.Functions.Storage;

/// <summary>
/// 32 bytes under which the storage library wraps the key that it makes for each blob. Whoever destroys them has made the
/// blobs unreadable, wherever copies of those may lie.
/// </summary>
public sealed class BlobKey(byte[] secret) : IKeyEncryptionKey
{
    /// <summary>How the library's metadata call it.</summary>
    public const string Algorithm = "A256GCMKW";

    public const int Size = 32;

    private const int NonceSize = 12;
    private const int TagSize = 16;

    // Tells nothing of the key, and is no name to look one up by: the row knows which key is whose.
    public string KeyId => "export";

    public static byte[] New() => RandomNumberGenerator.GetBytes(Size);

    /// <summary>AES-256-GCM: nonce, ciphertext, tag.</summary>
    public byte[] WrapKey(string algorithm, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) => Wrap(key.Span);

    /// <exception cref="CryptographicException">It was wrapped by another key, or changed.</exception>
    public byte[] UnwrapKey(string algorithm, ReadOnlyMemory<byte> encryptedKey, CancellationToken cancellationToken = default) => Unwrap(encryptedKey.Span);

    public Task<byte[]> WrapKeyAsync(string algorithm, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        Task.FromResult(Wrap(key.Span));

    public Task<byte[]> UnwrapKeyAsync(string algorithm, ReadOnlyMemory<byte> encryptedKey, CancellationToken cancellationToken = default) =>
        Task.FromResult(Unwrap(encryptedKey.Span));

    public byte[] Wrap(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context = default)
    {
        var wrapped = new byte[NonceSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceSize));
        using var aes = new AesGcm(secret, TagSize);
        aes.Encrypt(wrapped.AsSpan(0, NonceSize), plain, wrapped.AsSpan(NonceSize, plain.Length), wrapped.AsSpan(NonceSize + plain.Length), context);
        return wrapped;
    }

    /// <exception cref="CryptographicException">It was wrapped by another key or in another context, or changed.</exception>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context = default)
    {
        if (wrapped.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("This is no wrapped key.");
        }

        var plain = new byte[wrapped.Length - NonceSize - TagSize];
        using var aes = new AesGcm(secret, TagSize);
        aes.Decrypt(wrapped[..NonceSize], wrapped.Slice(NonceSize, plain.Length), wrapped[(NonceSize + plain.Length)..], plain, context);
        return plain;
    }
}

using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Each export has a key of its own, which stands in its row wrapped by the setting Keys:Exports: neither a copy of the
/// database nor one of the blobs opens a package alone, and what the row forgets nobody can open.
/// </summary>
public sealed class ExportKeys(BlobKey? wrapping)
{
    private BlobKey Wrapping => wrapping ?? throw new InvalidOperationException("Keys:Exports is not set.");

    /// <exception cref="InvalidOperationException">Storage is configured and the key is not, or it is no key.</exception>
    internal static ExportKeys From(IConfiguration configuration)
    {
        var secret = new byte[BlobKey.Size];
        return configuration["Keys:Exports"] switch
        {
            null or "" when configuration["Storage:ConnectionString"] is not { Length: > 0 } => new ExportKeys(null),
            { } text when Convert.TryFromBase64String(text, secret, out var length) && length == secret.Length => new ExportKeys(new BlobKey(secret)),
            _ => throw new InvalidOperationException("The setting Keys:Exports is missing or is not 32 bytes in base64. See docs/settings.md."),
        };
    }

    /// <summary>A new key, wrapped for the row of one export and no other.</summary>
    public byte[] New(Guid export) => Wrapping.Wrap(BlobKey.New(), export.ToByteArray());

    /// <exception cref="System.Security.Cryptography.CryptographicException">It is another export's, or was wrapped by another key.</exception>
    public BlobKey Open(Guid export, byte[] wrapped) => new(Wrapping.Unwrap(wrapped, export.ToByteArray()));
}

using System.Security.Cryptography;

namespace NxLoy.Functions.Exports;

/// <summary>Copies a file into the package and learns of it on the way what the manifest says: length, digest, rows.</summary>
internal sealed class CountedCopy(Stream target) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool isQuoted;
    private long lines;
    private long records;

    public long Bytes { get; private set; }

    public string Sha256 => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Rows of a section's JSON: a line each, but the brackets' two.</summary>
    public long JsonRows => lines - 2;

    /// <summary>Rows of a CSV: line ends outside of quotes, but the header's.</summary>
    public long CsvRows => records - 1;

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        Count(bytes.Span);
        await target.WriteAsync(bytes, cancellation);
    }

    public async Task CopyAsync(Stream source, CancellationToken cancellation)
    {
        var buffer = new byte[128 * 1024];
        for (int read; (read = await source.ReadAsync(buffer, cancellation)) > 0;)
        {
            await WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    public void Dispose() => hash.Dispose();

    private void Count(ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        Bytes += bytes.Length;
        lines += bytes.Count((byte)'\n');
        for (int at; (at = isQuoted ? bytes.IndexOf((byte)'"') : bytes.IndexOfAny((byte)'"', (byte)'\n')) >= 0; bytes = bytes[(at + 1)..])
        {
            if (bytes[at] == (byte)'"')
            {
                isQuoted = !isQuoted;
            }
            else
            {
                records++;
            }
        }
    }
}

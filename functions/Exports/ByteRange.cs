using System.Globalization;
using System.Net.Http.Headers;

namespace NxLoy.Functions.Exports;

/// <summary>The bytes of a package that are asked for, both ends included.</summary>
internal sealed record ByteRange(long From, long To)
{
    public long Length => To - From + 1;

    public bool IsSatisfiable => From <= To;

    /// <summary>
    /// One range as RFC 9110 writes it, cut to the length; null for what is none and for several at once, which a server may
    /// answer with the whole.
    /// </summary>
    public static ByteRange? Parse(string? header, long length)
    {
        if (!RangeHeaderValue.TryParse(header, out var parsed) || parsed.Unit != "bytes" || parsed.Ranges is not { Count: 1 } ranges)
        {
            return null;
        }

        var range = ranges.First();
        return range.From is { } from
            ? new ByteRange(from, Math.Min(range.To ?? long.MaxValue, length - 1))
            : new ByteRange(range.To == 0 ? length : Math.Max(0, length - range.To!.Value), length - 1);
    }

    public string ContentRange(long length) => string.Create(CultureInfo.InvariantCulture, $"bytes {From}-{To}/{length}");
}

using System.Globalization;
using System.Xml;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary>How far business time is moved: 30d, 12h, 45m, 2w, or ISO 8601 as it is (P30D, PT12H).</summary>
internal static class Duration
{
    /// <summary>In ISO 8601; null when it is none, or not forward.</summary>
    public static string? ToIso(string text)
    {
        var iso = text.ToUpperInvariant();
        if (!iso.StartsWith('P'))
        {
            if (iso.Length < 2 || !int.TryParse(iso[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return null;
            iso = iso[^1] switch
            {
                'W' => $"P{7L * count}D",
                'D' => $"P{count}D",
                'H' => $"PT{count}H",
                'M' => $"PT{count}M",
                'S' => $"PT{count}S",
                _ => "",
            };
        }

        try
        {
            return XmlConvert.ToTimeSpan(iso) > TimeSpan.Zero ? iso : null;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            return null;
        }
    }
}

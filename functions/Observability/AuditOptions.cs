using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Observability;

/// <summary>How long audit rows are kept (setting Audit:RetentionMonths).</summary>
/// <param name="RetentionMonths">At least 1.</param>
public sealed record AuditOptions(int RetentionMonths)
{
    /// <summary>No row goes younger than so many months, whatever the settings say.</summary>
    public const int Least = 1;

    private const int ThreeYears = 36;
    private const int Most = 1200;

    public static AuditOptions From(IConfiguration configuration) => configuration["Audit:RetentionMonths"] switch
    {
        null or "" => new AuditOptions(ThreeYears),
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var months) && months is >= Least and <= Most => new AuditOptions(months),
        var text => throw new InvalidOperationException($"The setting Audit:RetentionMonths is \"{text}\", but must be a whole number from {Least} to {Most}. See docs/settings.md."),
    };
}

using System.Globalization;

namespace NxLoy.Functions.Observability;

/// <summary>The end of one chain at one moment.</summary>
/// <param name="Mac">Hexadecimal, lower case.</param>
internal sealed record AuditHead(Guid Writer, long Sequence, string Mac)
{
    public string Canonical() => string.Create(CultureInfo.InvariantCulture, $"{Writer} {Sequence} {Mac}");
}

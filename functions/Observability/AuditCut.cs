using System.Globalization;
using System.Text;

namespace NxLoy.Functions.Observability;

/// <summary>The record of a removal of old rows: what is left of the audit log begins where it says.</summary>
/// <param name="CutAt">When it was done.</param>
/// <param name="OlderThan">Every checkpoint that went was signed by then.</param>
/// <param name="Checkpoint">The last checkpoint that went.</param>
/// <param name="CheckpointMac">Its mac, which the next one is linked to.</param>
/// <param name="Heads">The last row of each chain that went.</param>
internal sealed record AuditCut(
    long Sequence, DateTimeOffset CutAt, DateTimeOffset OlderThan, long Checkpoint, byte[] CheckpointMac, IReadOnlyList<AuditHead> Heads)
{
    /// <summary>Bytes that no two different cuts, and no cut and anything else in a chain, share.</summary>
    public byte[] Canonical() => Encoding.UTF8.GetBytes(string.Join(
        '\n',
        [
            string.Create(CultureInfo.InvariantCulture, $"cut {Sequence} {Checkpoint} {Convert.ToHexStringLower(CheckpointMac)}"),
            CutAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            OlderThan.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            .. Heads.Select(head => head.Canonical()),
        ]));
}

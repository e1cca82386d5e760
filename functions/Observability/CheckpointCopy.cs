using System.Globalization;

namespace NxLoy.Functions.Observability;

/// <summary>What the name of a copied checkpoint tells, so that all copies can be compared without opening one.</summary>
internal sealed record CheckpointCopy(long Sequence, DateTimeOffset SignedAt, string Mac)
{
    /// <summary>All copies begin with it.</summary>
    public const string Folder = "checkpoints/";

    private const string Time = "yyyyMMdd'T'HHmmss.ffffff'Z'";

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Folder}{Sequence:D12}_{SignedAt.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture)}_{Mac}.json");

    /// <summary>Null for what is no copy of ours.</summary>
    public static CheckpointCopy? Of(string name) =>
        name.StartsWith(Folder, StringComparison.Ordinal)
        && name[Folder.Length..].Split('_') is [var sequence, var signedAt, { Length: 64 + 5 } mac]
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && DateTimeOffset.TryParseExact(signedAt, Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new CheckpointCopy(number, time, mac[..64])
            : null;
}

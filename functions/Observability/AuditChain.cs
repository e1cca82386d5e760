namespace NxLoy.Functions.Observability;

/// <summary>Links entries by keyed digests: whoever lacks the key cannot change, reorder or remove one unseen.</summary>
public sealed class AuditChain(Sealing sealing)
{
    /// <summary>What the first entry of every chain is linked to.</summary>
    public static byte[] Start { get; } = new byte[32];

    /// <summary>The mac of an entry that follows <paramref name="previous"/>.</summary>
    public byte[] Link(byte[] previous, ReadOnlySpan<byte> canonical) => sealing.Digest("audit", [.. previous, .. canonical]);
}

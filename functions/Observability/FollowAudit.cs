namespace NxLoy.Functions.Observability;

/// <summary>Follows the chains of cuts, checkpoints and rows, each from where the one before says that it begins.</summary>
internal sealed class FollowAudit(StoredAudit stored, AuditChain chain)
{
    /// <summary>Where the rows and checkpoints that are left begin: after the last cut, if there was one.</summary>
    public async Task<AuditStart> FromCutsAsync(CancellationToken cancellation)
    {
        var start = new AuditStart(null, AuditChain.Start, new Dictionary<Guid, AuditHead>(), null);
        foreach (var row in await stored.CutsAsync(cancellation))
        {
            var cut = row.ToCut();
            var number = (start.Cut?.Sequence ?? 0) + 1;
            var mac = chain.Link(start.Mac, cut.Canonical());
            if (cut.Sequence != number || !mac.AsSpan().SequenceEqual(row.Mac))
            {
                return start with { Broken = new BrokenLink("cuts", number, cut.Sequence != number ? "missing" : "changed") };
            }

            start = new AuditStart(cut, mac, cut.Heads.ToDictionary(head => head.Writer), null);
        }

        return start;
    }

    /// <param name="until">Only checkpoints signed by then; null reads all.</param>
    /// <param name="copies">What each checkpoint must be like.</param>
    public async Task<SignedAudit> CheckpointsAsync(
        AuditStart start, DateTimeOffset? until, IReadOnlyList<CheckpointCopy> copies, CancellationToken cancellation)
    {
        var copied = copies.ToLookup(copy => copy.Sequence, copy => copy.Mac);
        var heads = new Dictionary<Guid, AuditHead>();
        var last = new SignedAudit(0, start.Cut?.Checkpoint ?? 0, start.Cut?.CheckpointMac ?? AuditChain.Start, null, heads, null);
        await foreach (var row in stored.CheckpointsAsync(0, cancellation))
        {
            if (row.Sequence != last.Sequence + 1)
            {
                return last with { Broken = new BrokenLink("checkpoints", last.Sequence + 1, "missing") };
            }

            var grown = row.ToHeads();
            var mac = chain.Link(last.Mac, AuditCheckpoints.Canonical(row.Sequence, row.SignedAt, grown));
            if (!mac.AsSpan().SequenceEqual(row.Mac))
            {
                return last with { Broken = new BrokenLink("checkpoints", row.Sequence, "changed") };
            }

            if (copied[row.Sequence].Any(copy => copy != Convert.ToHexStringLower(row.Mac)))
            {
                return last with { Broken = new BrokenLink("checkpoints", row.Sequence, "unlike_copy") };
            }

            if (row.SignedAt > until)
            {
                return last;
            }

            grown.ForEach(head => heads[head.Writer] = head);
            last = new SignedAudit(last.Count + 1, row.Sequence, mac, row.SignedAt, heads, null);
        }

        // A copy of what is no longer there: the end was cut off.
        return copies.Any(copy => copy.Sequence > last.Sequence) ? last with { Broken = new BrokenLink("checkpoints", last.Sequence + 1, "missing") } : last;
    }

    /// <param name="signedOnly">Stops at the signed heads; otherwise follows the open minute too.</param>
    public async Task<(long Rows, BrokenLink? Broken)> RowsAsync(AuditStart start, SignedAudit signed, bool signedOnly, CancellationToken cancellation)
    {
        var (rows, ends, at) = (0L, new Dictionary<Guid, AuditHead>(signed.Heads), new Position(Guid.Empty, 0, AuditChain.Start));
        await foreach (var row in stored.RowsAsync(signedOnly ? signed.Heads.Values.ToArray() : null, cancellation))
        {
            rows++;
            if (row.Writer != at.Writer)
            {
                if (EndsTooEarly(ends, at) is { } cutOff)
                {
                    return (rows, cutOff);
                }

                at = BeginningOf(row.Writer, start);
            }

            if (Check(ends, at, row) is { } broken)
            {
                return (rows, broken);
            }

            at = new Position(row.Writer, row.Sequence, row.Mac);
            if (ends.TryGetValue(row.Writer, out var head) && head.Sequence == row.Sequence)
            {
                ends.Remove(row.Writer);
            }
        }

        var vanished = ends.Values.MinBy(head => head.Writer);
        return (rows, EndsTooEarly(ends, at) ?? (vanished is null ? null : EndsTooEarly(ends, BeginningOf(vanished.Writer, start))));
    }

    private BrokenLink? Check(Dictionary<Guid, AuditHead> ends, Position at, StoredAudit.AuditRow row) =>
        row.Sequence != at.Sequence + 1 ? new BrokenLink(row.Writer.ToString(), at.Sequence + 1, "missing")
        : !chain.Link(at.Mac, row.ToEntry().Canonical(row.Writer, row.Sequence)).AsSpan().SequenceEqual(row.Mac)
            || (ends.TryGetValue(row.Writer, out var head) && head.Sequence == row.Sequence && head.Mac != Convert.ToHexStringLower(row.Mac))
            ? new BrokenLink(row.Writer.ToString(), row.Sequence, "changed")
        : null;

    // A signed head that was not passed on the way is one that was cut off.
    private static BrokenLink? EndsTooEarly(Dictionary<Guid, AuditHead> ends, Position at) =>
        ends.ContainsKey(at.Writer) ? new BrokenLink(at.Writer.ToString(), at.Sequence + 1, "missing") : null;

    private static Position BeginningOf(Guid writer, AuditStart start) =>
        start.Heads.TryGetValue(writer, out var cut) ? new Position(writer, cut.Sequence, Convert.FromHexString(cut.Mac)) : new Position(writer, 0, AuditChain.Start);

    private sealed record Position(Guid Writer, long Sequence, byte[] Mac);
}

/// <summary>Where what is left of the audit log begins.</summary>
/// <param name="Cut">The last cut; null when nothing was ever removed.</param>
/// <param name="Mac">Its own mac.</param>
/// <param name="Heads">By writer, the last row that was removed.</param>
internal sealed record AuditStart(AuditCut? Cut, byte[] Mac, IReadOnlyDictionary<Guid, AuditHead> Heads, BrokenLink? Broken);

/// <summary>What the checkpoints sign.</summary>
/// <param name="Count">Checkpoints read.</param>
/// <param name="Sequence">The last one's number, and its mac.</param>
/// <param name="Heads">By writer, the last row that is signed.</param>
internal sealed record SignedAudit(
    long Count, long Sequence, byte[] Mac, DateTimeOffset? SignedAt, IReadOnlyDictionary<Guid, AuditHead> Heads, BrokenLink? Broken);

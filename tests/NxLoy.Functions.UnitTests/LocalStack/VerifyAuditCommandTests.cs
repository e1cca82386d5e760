using System.Text.Json.Nodes;
using NxLoy.Functions.LocalStack.Commands;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class VerifyAuditCommandTests
{
    [Fact]
    public void WholeLog_IsToldWithWhatWasReadAndUntilWhen() => Assert.Equal(
        """
        The audit log is whole. 12 rows and 3 checkpoints were read, and compared with 2 copies in blob storage.
        Everything signed until 2026-11-23T00:00:00Z is as it was written.
        Rows signed until 2023-11-23T00:00:00Z have been removed, with a signed record, because of their age.
        """,
        Words("""{"valid":true,"rows":12,"checkpoints":3,"signedUntil":"2026-11-23T00:00:00Z","removedUntil":"2023-11-23T00:00:00Z","copies":2,"firstBroken":null}"""));

    [Fact]
    public void NothingSignedAndNoCopies_IsSaid() => Assert.Equal(
        """
        The audit log is whole. 0 rows and 0 checkpoints were read; there are no copies in blob storage to compare with.
        Nothing has been signed yet.
        """,
        Words("""{"valid":true,"rows":0,"checkpoints":0,"signedUntil":null,"removedUntil":null,"copies":null,"firstBroken":null}"""));

    [Theory]
    [InlineData("01a2062f-5cce-7dc9-a3da-be03db188768", "missing", "Row 7 of the chain 01a2062f-5cce-7dc9-a3da-be03db188768 is missing.")]
    [InlineData("checkpoints", "changed", "Checkpoint 7 was changed or moved.")]
    [InlineData("checkpoints", "unlike_copy", "Checkpoint 7 is not what its copy in blob storage says.")]
    [InlineData("cuts", "too_early", "Record 7 of removed rows tells of rows that were not old enough to be removed.")]
    public void BrokenLog_NamesTheFirstBrokenLink(string chain, string reason, string words) => Assert.StartsWith(
        $"THE AUDIT LOG IS BROKEN. {words}\n",
        Words($$$"""{"valid":false,"rows":7,"checkpoints":1,"signedUntil":null,"removedUntil":null,"copies":null,"firstBroken":{"chain":"{{{chain}}}","sequence":7,"reason":"{{{reason}}}"}}"""),
        StringComparison.Ordinal);

    private static string Words(string answer) => VerifyAuditCommand.InWords(JsonNode.Parse(answer)!);
}

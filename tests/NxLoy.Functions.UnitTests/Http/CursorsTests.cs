using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

public sealed class CursorsTests
{
    private static readonly Cursors Cursors = new(new Sealing(new byte[32]));
    private static readonly Caller Caller = new("ann", Role.Owner, Guid.NewGuid(), []);
    private static readonly object Filter = new { tier = "GOLD" };

    [Fact]
    public void Cursor_OfTheSameCallerAndQuery_OpensToItsPosition() =>
        Assert.Equal(new Position("müller"), Open(Seal(), Caller, "customers", Filter).Value);

    [Fact]
    public void NoCursor_IsTheFirstPage() => Assert.Null(Open(null, Caller, "customers", Filter).Value);

    [Fact]
    public void Cursor_OfAnotherQueryListCallerOrBusiness_IsRefused()
    {
        var cursor = Seal();

        Assert.All(
            [
                Open(cursor, Caller, "customers", new { tier = "SILVER" }),
                Open(cursor, Caller, "notes", Filter),
                Open(cursor, Caller with { Subject = "bob" }, "customers", Filter),
                Open(cursor, Caller with { Business = Guid.NewGuid() }, "customers", Filter),
            ],
            Refused);
    }

    [Fact]
    public void Cursor_MadeUpOrChangedInAnyCharacter_IsRefused()
    {
        var cursor = Seal();

        Assert.All(["", "x", "made up", new string('A', 60), cursor + "A", cursor[..^1]], text => Refused(Open(text, Caller, "customers", Filter)));
        Assert.All(
            Enumerable.Range(0, cursor.Length),
            at => Refused(Open($"{cursor[..at]}{(cursor[at] == 'A' ? 'Q' : 'A')}{cursor[(at + 1)..]}", Caller, "customers", Filter)));
    }

    [Fact]
    public void Cursor_TellsNothingOfThePosition() => Assert.DoesNotContain("ller", Seal(), StringComparison.OrdinalIgnoreCase);

    private static string Seal() => Cursors.Seal(Caller, "customers", Filter, new Position("müller"));

    private static Result<Position?> Open(string? cursor, Caller caller, string list, object query) =>
        Cursors.Open<Position>(caller, list, query, new PageRequest(50, cursor, "cursor"));

    private static void Refused(Result<Position?> result)
    {
        Assert.Equal("invalid_cursor", result.Problem?.Code);
        Assert.Equal("cursor", Assert.Single(result.Problem!.Errors).Pointer);
    }

    private sealed record Position(string Name);
}

using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class RecordedIdsTests
{
    private static readonly Guid Business = Guid.NewGuid();
    private static readonly ErasedIds Erased = new(new Sealing(new byte[32]));

    // What an erasure took is still known by its form; an erased customer's new things never come in under what may name it.
    [Theory]
    [InlineData("", false, "plain")]
    [InlineData("plain", false, "plain")]
    [InlineData("form", false, "form")]
    [InlineData("", true, "form")]
    [InlineData("plain", true, "plain")]
    [InlineData("form", true, "form")]
    public void Id_IsKeptInTheFormItHasHere(string recorded, bool isErased, string kept)
    {
        const string Id = "cake-of-ann@example.com";
        var ids = RecordedIds.Of(Erased, Business, [Id, Id, "other"]);
        var form = Erased.Of(Business, Id);

        Assert.Equal([Id, "other", form, Erased.Of(Business, "other")], ids.Candidates);
        Assert.Equal(kept == "form" ? form : Id, ids.Kept(Id, recorded.Split(' ').Select(one => one == "form" ? form : one == "plain" ? Id : one).ToHashSet(), isErased));
    }
}

namespace NxLoy.Functions.UnitTests.Architecture;

internal static class Expect
{
    /// <summary>Fails naming every one of them in full.</summary>
    public static void None(IEnumerable<string> wrong)
    {
        var all = wrong.Distinct().ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}

using System.Text.RegularExpressions;

namespace NxLoy.Functions.UnitTests.Architecture;

/// <summary>
/// A table has one writing feature (or room); everyone else asks its use cases. Erasure is the exception: it writes across
/// tables, from one list.
/// </summary>
public sealed partial class TableTests
{
    [Fact]
    public void Tables_AreWrittenByOneFeature()
    {
        var writers = Writes().ToList();

        Assert.Contains(("customers", "Customers"), writers);
        Expect.None(writers.Distinct().GroupBy(write => write.Table, write => write.Writer)
            .Where(table => table.Count() > 1)
            .Select(table => $"{table.Key} is written by {string.Join(" and ", table.Order())}"));
    }

    [Fact]
    public void WrittenTables_Exist()
    {
        var schema = string.Concat(Source.App.Files("*.sql").Select(File.ReadAllText));

        Assert.DoesNotContain(
            Writes().Select(write => write.Table).Distinct(),
            table => table != "schema_migrations" && !schema.Contains($"create table {table} (", StringComparison.Ordinal));
    }

    private static IEnumerable<(string Table, string Writer)> Writes() =>
        from text in Source.App.Texts()
        where text.File != "Erasure/ErasedTables.cs"
        from Match write in Write().Matches(text.Text)
        select (write.Groups["table"].Value, text.File.Split('/')[0]);

    // "for update" locks and "do update set" belongs to the insert before it; neither names a table.
    [GeneratedRegex(@"\b(insert\s+into|delete\s+from|merge\s+into|truncate|(?<!\bfor\s|\bdo\s)update)\s+(only\s+)?(?<table>[a-z_]+)\b(?=\s+(\w+\s+)?(set\b|using\b|where\b)|\s*\(|\s*$|\s+select\b|\s+values\b)")]
    private static partial Regex Write();
}

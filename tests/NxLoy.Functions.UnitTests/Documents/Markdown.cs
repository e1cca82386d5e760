using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Documents;

/// <summary>A document of docs/, for tests that keep it true.</summary>
internal static class Markdown
{
    /// <summary>The names in the first column of the tables below a heading: `name` without its backquotes.</summary>
    public static IReadOnlyList<string> FirstColumn(string file, string heading) =>
        [.. File.ReadAllLines(Path.Combine(Source.Root, "docs", file))
            .SkipWhile(line => line != heading).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])];

    /// <summary>Fails naming what only one side has.</summary>
    public static void Agree(IEnumerable<string> documented, IEnumerable<string> used, string file) => Expect.None(
    [
        .. used.Except(documented).Select(name => $"{name} is used but not in docs/{file}: add a line that says what it means."),
        .. documented.Except(used).Select(name => $"{name} is in docs/{file} but nowhere in the app: take it out."),
        .. documented.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => $"{same.Key} is in docs/{file} twice."),
    ]);
}

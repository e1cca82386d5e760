using System.Runtime.CompilerServices;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>The codes that docs/problems.md tells the API's users to decide by.</summary>
internal static class Documented
{
    public static HashSet<string> Problems { get; } = Codes("## Problems");

    public static HashSet<string> Faults { get; } = Codes("## Faults");

    private static HashSet<string> Codes(string heading, [CallerFilePath] string file = "") =>
        [.. File.ReadAllLines(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "docs", "problems.md"))
            .SkipWhile(line => line != heading).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])];
}

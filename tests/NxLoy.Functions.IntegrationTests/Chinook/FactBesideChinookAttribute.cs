using System.Runtime.CompilerServices;

namespace NxLoy.Functions.IntegrationTests.Chinook;

/// <summary>The Chinook store's files lie beside the checkout, where there are any, and not in it: they are not ours.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactBesideChinookAttribute : FactAttribute
{
    public FactBesideChinookAttribute()
    {
        if (!IsThere)
        {
            Skip = "There is no ../shared/data/chinook beside this checkout to fill a business from.";
        }
    }

    internal static bool IsThere => File.Exists(Path.Combine(Folder, "customers.csv"));

    internal static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "..", "shared", "data", "chinook"));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

using Microsoft.CodeAnalysis;

namespace NxLoy.Functions.UnitTests.Architecture;

/// <summary>The direction of dependencies: docs/conventions.md says why.</summary>
public sealed class DependencyTests
{
    private const string Root = "NxLoy.Functions";
    private static readonly string[] Rooms = ["Database", "Http", "Messaging", "Storage", "Observability"];
    private static readonly string[] Pure = ["Rules", "Policy", "Model", "Parser"];
    private static readonly string[] PureLibraries = ["System", "NodaTime", "PhoneNumbers", "MathNet.Numerics", "NxLoy.Functions"];
    private static readonly string[] NotPure = ["System.IO", "System.Net", "System.Data", "System.Diagnostics", "System.Threading.Tasks"];

    // Where Functions SDK types may stand. Endpoints reads the triggers' attributes, so that nobody writes them twice.
    private static readonly string[] SdkPlaces = ["Functions.cs", "Triggers.cs", "Orchestration.cs", "Activities.cs", "Middleware.cs", "/Caller.cs", "/Endpoints.cs", "Program.cs"];

    private static readonly List<Use> Ours = [.. Source.App.Uses.Where(use => use.UsedNamespace.StartsWith(Root, StringComparison.Ordinal))];

    [Fact]
    public void Rooms_NeverUseAFeature() => None(
        Ours.Where(use => IsRoom(PartOf(use.File)) && IsFeature(PartOf(use.UsedNamespace))));

    [Fact]
    public void RootTypes_UseNothingButRootTypes() => None(
        Ours.Where(use => PartOf(use.File).Length == 0 && use.File != "Program.cs" && PartOf(use.UsedNamespace).Length > 0));

    [Fact]
    public void Features_UseOnlyWhatIsPublicOfEachOther() => None(
        Ours.Where(use => IsFeature(PartOf(use.File)) && IsFeature(PartOf(use.UsedNamespace)) && PartOf(use.File) != PartOf(use.UsedNamespace))
            .Where(use => use.Symbol.DeclaredAccessibility != Accessibility.Public || use.Used.DeclaredAccessibility != Accessibility.Public
                || use.Used.Name.EndsWith("Functions", StringComparison.Ordinal) || use.Used.Name.EndsWith("Setup", StringComparison.Ordinal)));

    [Fact]
    public void FeaturesAndRooms_FormNoCycle()
    {
        var edges = Ours.Select(use => (From: PartOf(use.File), To: PartOf(use.UsedNamespace)))
            .Where(edge => edge.From.Length > 0 && edge.To.Length > 0 && edge.From != edge.To)
            .Distinct().ToLookup(edge => edge.From, edge => edge.To);

        Expect.None(edges.SelectMany(from => Cycle(edges, [from.Key])));
    }

    [Fact]
    public void PureTypes_UseOnlyTheirInputs() => None(
        Source.App.Uses.Where(use => use.User is { } user && Pure.Any(suffix => user.Name.EndsWith(suffix, StringComparison.Ordinal)))
            .Where(use => !PureLibraries.Any(library => IsIn(use.UsedNamespace, library))
                || NotPure.Any(library => IsIn(use.UsedNamespace, library))
                || (IsIn(use.UsedNamespace, Root) && use.UsedNamespace != Root && PartOf(use.UsedNamespace) != PartOf(use.File))));

    [Fact]
    public void SdkTypes_StandOnlyWhereTheAppMeetsTheHost() => None(
        Source.App.Uses.Where(use => IsIn(use.UsedNamespace, "Microsoft.Azure.Functions") && !SdkPlaces.Any(("/" + use.File).EndsWith)));

    [Fact]
    public void EmbeddedRuntime_IsNeverNamed()
    {
        None(Ours.Where(use => IsIn(use.UsedNamespace, "NxLoy.Functions.Embedded")));
        Assert.DoesNotContain(Source.App.Texts(), text => text.Text.Contains("NxLoy.Functions.Embedded", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Cycle(ILookup<string, string> edges, IReadOnlyList<string> path) =>
        edges[path[^1]].SelectMany(next => next == path[0] ? [string.Join(" -> ", path.Append(next))]
            : path.Contains(next) ? [] : Cycle(edges, [.. path, next]));

    /// <summary>The folder or namespace below the root: "" for the root itself.</summary>
    private static string PartOf(string fileOrNamespace)
    {
        var parts = fileOrNamespace.EndsWith(".cs", StringComparison.Ordinal) ? fileOrNamespace.Split('/')[..^1] : fileOrNamespace[Root.Length..].TrimStart('.').Split('.');
        return parts is [var first, ..] ? first : "";
    }

    private static bool IsRoom(string part) => Rooms.Contains(part);

    private static bool IsFeature(string part) => part.Length > 0 && !IsRoom(part);

    private static bool IsIn(string space, string parent) => space == parent || space.StartsWith(parent + ".", StringComparison.Ordinal);

    private static void None(IEnumerable<Use> uses) => Expect.None(uses.Select(use => $"{use.File} uses {use.Used}.{use.Symbol.Name}"));
}

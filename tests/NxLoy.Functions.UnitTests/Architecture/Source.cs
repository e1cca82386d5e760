using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace NxLoy.Functions.UnitTests.Architecture;

/// <summary>The source of a project as the compiler understands it: constants and attributes are seen, not only what reaches the binary.</summary>
internal sealed partial class Source
{
    private const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly Lazy<Source> LazyApp = new(() => new Source("functions", "NxLoy.Functions"));
    private static readonly Lazy<Source> LazyEmbedded = new(() => new Source("infra/embedded", "NxLoy.Functions.Embedded"));

    private List<Use>? uses;

    private Source(string folder, string assemblyName)
    {
        Folder = Path.Combine(Root, folder);
        var trees = Files("*.cs").Append("").Select(file => CSharpSyntaxTree.ParseText(
            file.Length > 0 ? File.ReadAllText(file) : ImplicitUsings, path: file.Length > 0 ? Path.GetRelativePath(Folder, file).Replace('\\', '/') : "usings")).ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(assembly => Path.GetFileNameWithoutExtension(assembly) != assemblyName)
            .Select(assembly => MetadataReference.CreateFromFile(assembly));
        var compilation = CSharpCompilation.Create(
            assemblyName, trees, references, new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        Models = [.. trees.Select(tree => compilation.GetSemanticModel(tree))];
    }

    /// <summary>The app, functions/.</summary>
    public static Source App => LazyApp.Value;

    /// <summary>The embedded runtime, infra/embedded/.</summary>
    public static Source Embedded => LazyEmbedded.Value;

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = RootOf();

    public string Folder { get; }

    public ImmutableArray<SemanticModel> Models { get; }

    /// <summary>The project's own files of a kind, full paths.</summary>
    public IEnumerable<string> Files(string pattern) => Directory.EnumerateFiles(Folder, pattern, SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Folder, file).Replace('\\', '/').Split('/').Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal);

    /// <summary>Every use of a named type, in code, signatures and attributes; a use of a member is a use of its type.</summary>
    public IReadOnlyList<Use> Uses => uses ??= [.. FindUses()];

    private IEnumerable<Use> FindUses() =>
        from model in Models
        from name in model.SyntaxTree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
        where name.FirstAncestorOrSelf<UsingDirectiveSyntax>() is null
        let symbol = model.GetSymbolInfo(name).Symbol
        let used = symbol as INamedTypeSymbol ?? symbol?.ContainingType
        where used is not null and not IErrorTypeSymbol && used.TypeKind != TypeKind.Error
        let user = model.GetEnclosingSymbol(name.SpanStart) is { } enclosing ? enclosing as INamedTypeSymbol ?? enclosing.ContainingType : null
        select new Use(model.SyntaxTree.FilePath, user, used.OriginalDefinition, symbol!);

    /// <summary>Every text in the source, SQL among them.</summary>
    public IEnumerable<(string File, string Text)> Texts() =>
        from model in Models
        from token in model.SyntaxTree.GetRoot().DescendantTokens()
        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.InterpolatedStringTextToken
        select (model.SyntaxTree.FilePath, token.ValueText);

    /// <summary>The same, and the SQL files without their comments.</summary>
    public IEnumerable<(string File, string Text)> TextsAndMigrations() =>
        Texts().Concat(Files("*.sql").Select(file => (Path.GetFileName(file), SqlComment().Replace(File.ReadAllText(file), ""))));

    public IEnumerable<T> Nodes<T>() where T : SyntaxNode => Models.SelectMany(model => model.SyntaxTree.GetRoot().DescendantNodes().OfType<T>());

    /// <summary>
    /// The constant values that reach a parameter, also by way of methods that pass their own parameter on. What is no
    /// constant is answered with its place instead: there a reader of the code cannot tell the value either.
    /// </summary>
    public IEnumerable<(string? Value, string At)> ConstantsOf(Func<IParameterSymbol, bool> isWanted)
    {
        var passedOn = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var arguments = Models
            .SelectMany(model => model.SyntaxTree.GetRoot().DescendantNodes()
                .Where(node => node is ArgumentSyntax or ImplicitObjectCreationExpressionSyntax)
                .Select(node => model.GetOperation(node)).OfType<IArgumentOperation>()
                .Where(argument => argument.Parameter is not null))
            .ToList();
        bool found;
        do
        {
            found = arguments
                .Where(argument => IsTaker(argument.Parameter!))
                .Select(argument => argument.Value).OfType<IParameterReferenceOperation>()
                .Select(reference => passedOn.Add(reference.Parameter.OriginalDefinition))
                .ToList().Contains(true);
        }
        while (found);

        return arguments
            .Where(argument => IsTaker(argument.Parameter!) && argument.Value is not IParameterReferenceOperation)
            .Select(argument => (argument.Value.ConstantValue is { HasValue: true, Value: string text } ? text : null, At(argument.Syntax)));

        bool IsTaker(IParameterSymbol parameter) => isWanted(parameter.OriginalDefinition) || passedOn.Contains(parameter.OriginalDefinition);
    }

    public static string At(SyntaxNode node) =>
        $"{node.SyntaxTree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {node}";

    [GeneratedRegex("--.*$", RegexOptions.Multiline)]
    private static partial Regex SqlComment();

    private static string RootOf([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}

/// <param name="File">Relative to the project, with slashes.</param>
/// <param name="User">The type that uses; null in top-level code.</param>
/// <param name="Used">The type that is used, or whose member is.</param>
/// <param name="Symbol">What is named.</param>
internal sealed record Use(string File, INamedTypeSymbol? User, INamedTypeSymbol Used, ISymbol Symbol)
{
    public string UsedNamespace => Used.ContainingNamespace.ToDisplayString();
}

using Microsoft.CodeAnalysis;
using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Documents;

/// <summary>docs/problems.md lists every code that the source can answer, found where problems and faults are made.</summary>
public sealed class ProblemCatalogueTests
{
    [Fact]
    public void Problems_AreAllListedAndNothingElse() =>
        Markdown.Agree(Markdown.FirstColumn("problems.md", "## Problems"), CodesOf("Problem"), "problems.md");

    [Fact]
    public void Faults_AreAllListedAndNothingElse() =>
        Markdown.Agree(Markdown.FirstColumn("problems.md", "## Faults"), CodesOf("Fault"), "problems.md");

    [Fact]
    public void Codes_AreWrittenAsConstantsInSnakeCase() => Expect.None(
        Codes("Problem").Concat(Codes("Fault"))
            .Where(code => code.Value is null || code.Value.Any(letter => letter is not ('_' or (>= 'a' and <= 'z') or (>= '0' and <= '9'))))
            .Select(code => $"{code.At}: a code must be a constant in snake_case, so that it can be found."));

    private static IEnumerable<string> CodesOf(string type) => Codes(type).Select(code => code.Value).OfType<string>().Distinct();

    private static IEnumerable<(string? Value, string At)> Codes(string type) => Source.App.ConstantsOf(parameter =>
        parameter is { Name: "Code", ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } made }
        && made.ContainingType.ToDisplayString() == $"NxLoy.Functions.{type}");
}

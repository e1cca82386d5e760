using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Documents;

/// <summary>SECURITY.md names a test for each of its promises, and each of those tests exists.</summary>
public sealed partial class SecurityPromisesTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Source.Root, "SECURITY.md"));

    private static IEnumerable<string> Promises => Lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line is not ("| promise | shown by |" or "| --- | --- |"));

    [Fact]
    public void Promises_AreEachShownByATest()
    {
        Assert.NotEmpty(Promises);
        Expect.None(Promises.Where(promise => !Named().IsMatch(promise.Split('|')[2])).Select(promise => $"SECURITY.md promises this without a test that shows it: {promise}"));
    }

    [Fact]
    public void TestsThatAreNamed_Exist()
    {
        var known = Tests().ToHashSet();

        Expect.None(Promises.SelectMany(promise => Named().Matches(promise)).Select(name => name.Groups[1].Value).Where(name => !known.Contains(name))
            .Select(name => $"SECURITY.md names {name}, which is no test: name the one that shows it now, or take the promise out."));
    }

    private static IEnumerable<string> Tests() =>
        from file in Directory.EnumerateFiles(Path.Combine(Source.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        from method in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        where method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory")
        select $"{method.FirstAncestorOrSelf<ClassDeclarationSyntax>()!.Identifier}.{method.Identifier}";

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex Named();
}

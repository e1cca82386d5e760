using Microsoft.CodeAnalysis.CSharp.Syntax;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Architecture;

public sealed class FunctionTests
{
    // An unnamed level reads Anonymous in code and is Function in force: the host would ask for a key.
    [Fact]
    public void HttpTriggers_NameTheirAuthorizationLevel()
    {
        var triggers = Attributes("HttpTrigger").ToList();

        Assert.NotEmpty(triggers);
        Expect.None(triggers
            .Where(trigger => trigger.ArgumentList?.Arguments.FirstOrDefault()?.Expression.ToString().StartsWith("AuthorizationLevel.", StringComparison.Ordinal) != true)
            .Select(Source.At));
    }

    [Fact]
    public void FunctionNames_AreUniqueWithoutCase()
    {
        var names = Attributes("Function").Select(function => function.ArgumentList!.Arguments[0].ToString()).ToList();

        Assert.NotEmpty(names);
        Expect.None(names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void HttpFunctions_NameTheirMethods() =>
        Expect.None(new Endpoints().All.Where(endpoint => !endpoint.IsCatchAll && endpoint.Methods.Count == 0).Select(endpoint => endpoint.Name));

    private static IEnumerable<AttributeSyntax> Attributes(string name) => Source.App.Nodes<AttributeSyntax>().Where(attribute => attribute.Name.ToString() == name);
}

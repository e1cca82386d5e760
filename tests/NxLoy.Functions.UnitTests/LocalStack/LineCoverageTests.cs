using NxLoy.Functions.LocalStack.Testing;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class LineCoverageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void Total_OfALineThatOneProjectHit_CountsItOnceAsHit()
    {
        var coverage = LineCoverage.Read(
        [
            Report("unit", ("App", "A.cs", "1:1 2:0 3:0 4:0")),
            Report("integration", ("App", "A.cs", "1:0 2:7 3:0 4:1"), ("Embedded", "B.cs", "1:1")),
        ]);

        Assert.Equal(80, coverage.Total);
        Assert.Equal([("App", 75d, 4), ("Embedded", 100d, 1)], coverage.PerAssembly);
    }

    [Fact]
    public void Missing_OfAnAssemblyThatWasLeftOut_NamesIt() => Assert.Equal(
        ["NxLoy.Functions.Embedded"], LineCoverage.Read([Report("unit", ("NxLoy.Functions", "A.cs", "1:1"))]).Missing);

    [Fact]
    public void Total_OfNothing_IsZero() => Assert.Equal(0, LineCoverage.Read([]).Total);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Report(string name, params (string Assembly, string File, string Lines)[] packages)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, $"<coverage><packages>{string.Concat(packages.Select(Package))}</packages></coverage>");
        return path;
    }

    private static string Package((string Assembly, string File, string Lines) package)
    {
        var lines = package.Lines.Split(' ').Select(l => l.Split(':')).Select(l => $"""<line number="{l[0]}" hits="{l[1]}" />""");
        return $"""
            <package name="{package.Assembly}"><classes><class filename="{package.File}">
            <methods><method><lines>{lines.First()}</lines></method></methods><lines>{string.Concat(lines)}</lines>
            </class></classes></package>
            """;
    }
}

using Xunit.Abstractions;

namespace NxLoy.Functions.UnitTests.Flavours;

/// <summary>The same source compiles against the official packages, wherever those can be had.</summary>
[Trait("Category", "Slow")]
public sealed class AzureFlavourTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Functions_CompileAgainstTheOfficialPackages()
    {
        var (restored, said) = await Checkout.DotnetAsync("restore", "functions", "-p:FunctionsRuntime=azure");
        if (restored != 0)
        {
            // NU1101 and NU1102: the registry does not have the package. Anything else is a fault of ours.
            Assert.All(
                said.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)),
                line => Assert.Matches(@"error NU110[12]: .*(nuget\.org|Microsoft\.Azure\.Functions)", line));
            var notice = "NOT CHECKED: this machine's registry does not serve the official Azure Functions packages, so the azure flavour was not compiled.";
            output.WriteLine(notice);
            await Console.Error.WriteLineAsync(notice);
            return;
        }

        var (built, log) = await Checkout.DotnetAsync("build", "functions", "-p:FunctionsRuntime=azure", "--no-restore");
        Assert.True(built == 0, log);
    }
}

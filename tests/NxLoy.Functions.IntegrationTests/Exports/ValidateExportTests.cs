using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.IntegrationTests.LocalStack;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>./run validate-export on a package of the app, with nothing running.</summary>
public sealed class ValidateExportTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Package_IsWhole_AndOneByteLessIsNot()
    {
        var all = await Everything.MakeAsync(app);
        var zip = (await app.ExportedAsync(all.Customer)).Zip;
        var folder = Directory.CreateTempSubdirectory("nxloy-validate-");
        var file = Path.Combine(folder.FullName, "package.zip");
        await File.WriteAllBytesAsync(file, zip);

        var whole = (await Launcher.RunAsync(folder.FullName, "validate-export", file)).Expect(0);
        await File.WriteAllBytesAsync(file, zip[..^1]);
        var broken = (await Launcher.RunAsync(folder.FullName, "validate-export", file)).Expect(1);
        var missing = (await Launcher.RunAsync(folder.FullName, "validate-export", file + ".not")).Expect(1);
        var unsaid = (await Launcher.RunAsync(folder.FullName, "validate-export")).Expect(2);
        folder.Delete(recursive: true);

        Assert.StartsWith("The package is whole. GDPR_FULL, export ", whole.Output, StringComparison.Ordinal);
        Assert.StartsWith("THE PACKAGE IS NOT WHOLE. It is no readable zip", broken.Output, StringComparison.Ordinal);
        Assert.Contains("There is no file", missing.Errors, StringComparison.Ordinal);
        Assert.Contains("the package's file is missing", unsaid.Errors, StringComparison.Ordinal);
    }
}

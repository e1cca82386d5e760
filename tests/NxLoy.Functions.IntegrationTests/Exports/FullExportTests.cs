using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>What is in a package: everything about the customer, and nothing of anybody else.</summary>
public sealed class FullExportTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task CustomerJustMade_HasAWholePackage()
    {
        var customer = await app.CustomerAsync(firstName: "Zoë", lastName: "Nuñez");

        var package = await app.ExportedAsync(customer.Id);

        Assert.Equal(ExportSections.All.Select(section => section.Name), package.Sections);
        Assert.Equal("Zoë", (string?)package.Json("profile")[0]!["firstName"]);
        Assert.Equal(1, (int)package.Manifest["schemaVersion"]!);
    }
}

using System.Text.RegularExpressions;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Erasure;
using NxLoy.Functions.Exports;
using NxLoy.Functions.Tiers;
using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Messaging;

/// <summary>No event is written whose type the AsyncAPI document does not know.</summary>
public sealed partial class PublishedTypesTests
{
    [Fact]
    public void TypesInTheCode_AreDescribed_AndTheOthersAreNot()
    {
        var described = CustomerEvents.All.Concat(TierEvents.All).Concat(ExportEvents.All).Concat(ErasureEvents.All).Select(one => one.Type).ToList();
        var written = Source.App.Texts()
            .Where(text => !text.File.EndsWith("Events.cs", StringComparison.Ordinal) || text.File == "Exports/ExportEvents.cs")
            .Select(text => text.Text).Where(text => Type().IsMatch(text)).Distinct().ToList();

        Assert.Equal(described.Count, described.Distinct().Count());
        Assert.Equal(described.Order(), written.Order());
    }

    [GeneratedRegex(@"^customers\.[a-z_]+\.[a-z_]+$")]
    private static partial Regex Type();
}

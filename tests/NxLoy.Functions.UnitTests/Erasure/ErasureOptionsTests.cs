using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Erasure;

namespace NxLoy.Functions.UnitTests.Erasure;

public sealed class ErasureOptionsTests
{
    [Fact]
    public void Unset_AreTheDefaults() => Assert.Equal(new ErasureOptions(25, 35, "erasures", null), From());

    [Fact]
    public void Set_AreTaken() => Assert.Equal(
        new ErasureOptions(0, 3650, "elsewhere", "key"),
        From(("Erasure:CoolingOffDays", "0"), ("Erasure:BackupDays", "3650"), ("Storage:ErasureContainer", "elsewhere"), ("Keys:Certificates", "key")));

    [Theory]
    [InlineData("Erasure:CoolingOffDays", "31")]
    [InlineData("Erasure:CoolingOffDays", "-1")]
    [InlineData("Erasure:CoolingOffDays", "a week")]
    [InlineData("Erasure:BackupDays", "3651")]
    public void WhatCannotBeMeant_IsRefusedByName(string name, string value) =>
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => From((name, value))).Message, StringComparison.Ordinal);

    private static ErasureOptions From(params (string Name, string Value)[] settings) => ErasureOptions.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(one => one.Name, one => (string?)one.Value)).Build());
}

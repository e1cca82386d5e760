using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.UnitTests.Embedded;

public sealed class SettingExpressionTests
{
    private readonly IConfiguration settings = new ConfigurationBuilder()
        .AddInMemoryCollection([new("Nightly", "0 0 2 * * *"), new("Tiers:Hour", "3")]).Build();

    [Theory]
    [InlineData("%Nightly%", "0 0 2 * * *")]
    [InlineData("0 0 %Tiers:Hour% * * *", "0 0 3 * * *")]
    [InlineData("0 0 %Tiers__Hour% * * *", "0 0 3 * * *")]
    [InlineData("0 0 4 * * *", "0 0 4 * * *")]
    public void Resolve_PutsSettingsInPlaceOfTheirNames(string text, string expected) =>
        Assert.Equal(expected, SettingExpression.Resolve(text, settings));

    [Fact]
    public void Resolve_UnknownSetting_NamesIt()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => SettingExpression.Resolve("%Missing%", settings));

        Assert.Equal("'%Missing%' does not resolve to a value.", exception.Message);
    }
}

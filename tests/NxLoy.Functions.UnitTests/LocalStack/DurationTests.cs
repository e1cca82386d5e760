using NxLoy.Functions.LocalStack.Commands;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class DurationTests
{
    [Theory]
    [InlineData("30d", "P30D")]
    [InlineData("12h", "PT12H")]
    [InlineData("45m", "PT45M")]
    [InlineData("2w", "P14D")]
    [InlineData("P30D", "P30D")]
    [InlineData("pt1h30m", "PT1H30M")]
    public void ToIso_OfATimeForward_IsThatTime(string text, string iso) => Assert.Equal(iso, Duration.ToIso(text));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("30")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("-P1D")]
    [InlineData("1.5d")]
    [InlineData("30 days")]
    [InlineData("99999999999d")]
    [InlineData("P")]
    public void ToIso_OfAnythingElse_IsNull(string text) => Assert.Null(Duration.ToIso(text));
}

using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class RetryRulesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(9, 256)]
    [InlineData(10, 360)]
    [InlineData(1000, 360)]
    [InlineData(int.MaxValue, 360)]
    public void Delay_DoublesUpToSixHours(int attempt, int minutes) =>
        Assert.Equal(Minute * minutes, RetryRules.DelayAfter(attempt, TimeSpan.Zero, Minute, RetryRules.Patience));

    [Fact]
    public void Delay_EndsWithThePatience()
    {
        Assert.NotNull(RetryRules.DelayAfter(5, TimeSpan.FromDays(7) - Minute, Minute, RetryRules.Patience));
        Assert.Null(RetryRules.DelayAfter(5, TimeSpan.FromDays(7), Minute, RetryRules.Patience));
        Assert.NotNull(RetryRules.DelayAfter(5, TimeSpan.FromDays(700), Minute, patience: null));
    }

    [Fact]
    public void Delay_EndsWithTheTries()
    {
        Assert.NotNull(RetryRules.DelayAfter(RetryRules.TriesOfAFailure - 1, TimeSpan.FromDays(700), Minute, patience: null, RetryRules.TriesOfAFailure));
        Assert.Null(RetryRules.DelayAfter(RetryRules.TriesOfAFailure, TimeSpan.Zero, Minute, patience: null, RetryRules.TriesOfAFailure));
    }

    [Fact]
    public void Tries_OfAWeek_AreFewEnough()
    {
        var (tries, waited) = (0, TimeSpan.Zero);
        while (RetryRules.DelayAfter(tries + 1, waited, Minute, RetryRules.Patience) is { } delay)
            (tries, waited) = (tries + 1, waited + delay);

        Assert.InRange(tries, 20, 50);
    }
}

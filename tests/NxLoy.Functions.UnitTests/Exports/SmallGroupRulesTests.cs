using FsCheck;
using FsCheck.Xunit;
using NxLoy.Functions.Exports;

namespace NxLoy.Functions.UnitTests.Exports;

public sealed class SmallGroupRulesTests
{
    [Theory]
    [InlineData("", "", false)]
    [InlineData("4", "-", false)] // the whole is the group
    [InlineData("5", "+", true)]
    [InlineData("5 6 7", "+++", true)]
    [InlineData("5 0", "+-", true)] // an empty group hides nobody
    [InlineData("100 3", "--", true)] // 103 less 100 would be three people
    [InlineData("100 3 50", "+--", true)] // the smallest other one goes along
    [InlineData("100 2 50 4", "+-+-", true)] // two that hide each other, six people together
    [InlineData("100 1 50 2", "+---", true)] // together three people: a third one hides them
    [InlineData("4 0 9", "---", true)]
    [InlineData("1 1 1 1", "----", false)]
    [InlineData("1 1 1 1 1", "-----", true)]
    [InlineData("5 5 5 1", "-++-", true)]
    public void Groups_AreShownUnlessTheyGiveAFewPeopleAway(string sizes, string shown, bool whole)
    {
        var groups = sizes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();

        Assert.Equal(shown, string.Concat(SmallGroupRules.MayShow(groups).Select(isShown => isShown ? '+' : '-')));
        Assert.Equal(whole, SmallGroupRules.MayShowWhole(groups));
    }

    [Property(MaxTest = 2000)]
    public void NoSmallGroup_IsShownOrHadBySubtracting(NonNegativeInt[] drawn)
    {
        var sizes = drawn.Select(one => one.Get % 30).ToList();
        var shown = SmallGroupRules.MayShow(sizes);

        Assert.Equal(sizes.Count, shown.Count);
        Assert.All(sizes.Zip(shown), group => Assert.True(!group.Second || group.First >= SmallGroupRules.Smallest));
        var hidden = sizes.Where((size, n) => size > 0 && !shown[n]).ToList();
        if (SmallGroupRules.MayShowWhole(sizes) && hidden.Count > 0)
        {
            Assert.True(hidden.Count > 1 && hidden.Sum() >= SmallGroupRules.Smallest, $"{string.Join(' ', sizes)}: {string.Join(' ', hidden)} are left over.");
        }
    }

    [Property(MaxTest = 500)]
    public void NothingIsHiddenWithoutNeed(PositiveInt[] drawn)
    {
        var sizes = drawn.Select(one => SmallGroupRules.Smallest + one.Get).ToList();

        Assert.All(SmallGroupRules.MayShow(sizes), Assert.True);
    }
}

using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class OnceRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Ann = Guid.NewGuid();

    [Fact]
    public void EachId_IsRecordedOnce()
    {
        OnceRules.Told[] told =
        [
            new("a", Ann, Now), new("a", Ann, Now.AddDays(-1)), new("A", Ann, Now), new("known", Ann, Now), new("known", Guid.NewGuid(), Now),
            new("b", Guid.NewGuid(), Now), new("b", Ann, Now), new("c", Ann, Now.AddMinutes(6)), new("c", Ann, Now.AddMinutes(5)), new("d", Ann, DateTimeOffset.UnixEpoch.AddTicks(-1)),
        ];

        var outcomes = OnceRules.Judge(told, new HashSet<Guid> { Ann }, new HashSet<string> { "known" }, Now);

        Assert.Equal(
            ["accepted ", "duplicate ", "accepted ", "duplicate ", "duplicate ", "unlinked ", "accepted ", "rejected future_dated", "accepted ", "rejected invalid_time"],
            outcomes.Select(outcome => $"{outcome.Status} {outcome.Code}"));
    }
}

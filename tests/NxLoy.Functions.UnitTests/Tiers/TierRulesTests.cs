using System.Text.Json;
using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.UnitTests.Tiers;

public sealed class TierRulesTests
{
    private const string Fine =
        """{"spendingThreshold":100,"evaluationPeriod":"yearly"}""";

    [Fact]
    public void Settings_AreReadWithTheirDefaults()
    {
        var read = Read($$"""{"thresholds":{"silver":{{Fine}},"gold":{"visitThreshold":0,"pointsThreshold":7,"evaluationPeriod":"monthly","match":"all"},"platinum":{{Fine}}},"reason":" Summer. "}""");

        Assert.Equal(Some.Requirement(100), read.Value.Thresholds.Silver);
        Assert.Equal(Some.Requirement(visits: 0, points: 7, period: EvaluationPeriod.monthly, match: ThresholdMatch.all), read.Value.Thresholds.Gold);
        Assert.Equal("Summer.", read.Value.Reason);
    }

    [Theory]
    [InlineData("{}", "/thresholds required")]
    [InlineData("""{"thresholds":[]}""", "/thresholds wrong_type")]
    [InlineData("""{"thresholds":{}}""", "/thresholds/gold required", "/thresholds/platinum required", "/thresholds/silver required")]
    public void Settings_WithoutTiers_AreRefused(string body, params string[] faults) => Assert.Equal(faults, Faults(body));

    [Theory]
    [InlineData("{}", "/thresholds/silver required", "/thresholds/silver/evaluationPeriod required")] // empty
    [InlineData("""{"evaluationPeriod":"yearly"}""", "/thresholds/silver required")]
    [InlineData("""{"evaluationPeriod":"yearly","visitThreshold":null}""", "/thresholds/silver required")]
    [InlineData("""{"evaluationPeriod":"weekly","visitThreshold":1}""", "/thresholds/silver/evaluationPeriod not_one_of")]
    [InlineData("""{"evaluationPeriod":1,"visitThreshold":1}""", "/thresholds/silver/evaluationPeriod wrong_type")]
    [InlineData("""{"evaluationPeriod":"yearly","visitThreshold":1,"match":"some"}""", "/thresholds/silver/match not_one_of")]
    [InlineData("""{"evaluationPeriod":"yearly","spendingThreshold":-0.01}""", "/thresholds/silver/spendingThreshold out_of_range")]
    [InlineData("""{"evaluationPeriod":"yearly","spendingThreshold":1e13}""", "/thresholds/silver/spendingThreshold out_of_range")]
    [InlineData("""{"evaluationPeriod":"yearly","spendingThreshold":0.00001}""", "/thresholds/silver/spendingThreshold too_precise")]
    [InlineData("""{"evaluationPeriod":"yearly","spendingThreshold":"100"}""", "/thresholds/silver/spendingThreshold wrong_type")]
    [InlineData("""{"evaluationPeriod":"yearly","visitThreshold":-1,"pointsThreshold":1.5}""", "/thresholds/silver/pointsThreshold out_of_range", "/thresholds/silver/visitThreshold out_of_range")]
    [InlineData("""{"evaluationPeriod":"yearly","visitThreshold":1,"hatThreshold":1}""", "/thresholds/silver/hatThreshold unknown_field")]
    public void Settings_EveryFaultOfATier_IsNamed(string silver, params string[] faults) =>
        Assert.Equal(faults, Faults($$$"""{"thresholds":{"silver":{{{silver}}},"gold":{{{Fine}}},"platinum":{{{Fine}}}}}"""));

    [Fact]
    public void Settings_UnknownNames_AreRefusedAtEveryDepth() => Assert.Equal(
        ["/bronze unknown_field", "/thresholds/bronze unknown_field"],
        Faults($$"""{"thresholds":{"bronze":{},"silver":{{Fine}},"gold":{{Fine}},"platinum":{{Fine}}},"bronze":1}"""));

    [Theory]
    [InlineData("""{"spendingThreshold":100,"evaluationPeriod":"yearly"}""", """{"spendingThreshold":99.99,"evaluationPeriod":"yearly"}""", "spendingThreshold")]
    [InlineData("""{"spendingThreshold":100,"evaluationPeriod":"yearly"}""", """{"spendingThreshold":100,"evaluationPeriod":"yearly"}""", "")]
    [InlineData("""{"spendingThreshold":100,"evaluationPeriod":"yearly"}""", """{"spendingThreshold":20,"evaluationPeriod":"monthly"}""", "")] // another window
    [InlineData("""{"visitThreshold":5,"evaluationPeriod":"yearly"}""", """{"visitThreshold":4,"evaluationPeriod":"yearly"}""", "visitThreshold")]
    [InlineData("""{"visitThreshold":5,"evaluationPeriod":"yearly"}""", """{"visitThreshold":4,"evaluationPeriod":"lifetime"}""", "")]
    [InlineData("""{"visitThreshold":5,"evaluationPeriod":"yearly"}""", """{"spendingThreshold":1,"evaluationPeriod":"yearly"}""", "")] // another measure
    [InlineData("""{"pointsThreshold":5,"evaluationPeriod":"yearly"}""", """{"pointsThreshold":4,"evaluationPeriod":"monthly"}""", "pointsThreshold")] // points know no window
    public void Settings_ThatDecrease_AreRefused(string lower, string higher, string field)
    {
        const string None = """{"visitThreshold":1000,"evaluationPeriod":"quarterly"}""";
        foreach (var (tiers, tier) in new[] { ((lower, higher, None), "gold"), ((None, lower, higher), "platinum"), ((lower, None, higher), "platinum") })
        {
            string[] expected = field.Length == 0 ? [] : [$"/thresholds/{tier}/{field} below_lower_tier"];

            Assert.Equal(expected, Faults($$$"""{"thresholds":{"silver":{{{tiers.Item1}}},"gold":{{{tiers.Item2}}},"platinum":{{{tiers.Item3}}}}}"""));
        }
    }

    [Fact]
    public void Settings_BelowBothLowerTiers_AreOneFault() => Assert.Equal(
        ["/thresholds/platinum/spendingThreshold below_lower_tier"],
        Faults($$$$"""{"thresholds":{"silver":{{{{Fine}}}},"gold":{{{{Fine}}}},"platinum":{"spendingThreshold":1,"evaluationPeriod":"yearly"}}}"""));

    [Fact]
    public void Changes_NameEveryFieldThatIsNotTheSame()
    {
        var before = Some.Thresholds(silver: Some.Requirement(100, 5));
        var after = Some.Thresholds(silver: Some.Requirement(120, match: ThresholdMatch.all), gold: Some.Requirement(500, points: 9, period: EvaluationPeriod.lifetime));

        Assert.Equal(
            [
                new("/silver/spendingThreshold", 100m, 120m), new("/silver/visitThreshold", 5, null), new("/silver/match", ThresholdMatch.any, ThresholdMatch.all),
                new("/gold/pointsThreshold", null, 9), new("/gold/evaluationPeriod", EvaluationPeriod.yearly, EvaluationPeriod.lifetime),
            ],
            TierRules.Changes(before, after));
        Assert.Empty(TierRules.Changes(before, before with { }));
        Assert.Equal(10, TierRules.Changes(null, before).Count(change => change is { From: null, To: not null }));
    }

    private static Result<TierSettings> Read(string body) => TierSettings.From(new Fields(JsonElement.Parse(body)));

    private static IEnumerable<string> Faults(string body) =>
        (Read(body).Problem?.Errors ?? []).Select(fault => $"{fault.Pointer} {fault.Code}").Order(StringComparer.Ordinal);
}

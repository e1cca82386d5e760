using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>
/// Random lives of some customers on the real database, beside a count that is written from the rules alone and looks at
/// everybody on every day. Whenever events came and whichever nights were missed, both have the same history.
/// </summary>
public sealed class TierLifeTests(TestApp app) : IClassFixture<TestApp>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task AnyLife_ComesOutAsTheNaiveCountSays_HoweverItWasEvaluated(int seed)
    {
        using var life = await TierLife.BeginAsync(app, seed);
        for (var step = 0; step < 120; step++)
        {
            await life.StepAsync();
        }

        await life.RunAsync();
        await life.CompareHistoriesAsync();
    }
}

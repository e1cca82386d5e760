namespace NxLoy.Functions.Activity;

/// <summary>Reads the data of rewards.redemption.completed.</summary>
internal static class RedemptionParser
{
    /// <summary>What is told; worth nothing when <paramref name="data"/> has faults afterwards.</summary>
    public static ToldRedemption Parse(EventFields data) => new(
        data.Id("businessId") ?? Guid.Empty,
        new RedemptionFact
        {
            RedemptionId = data.Text("redemptionId") ?? "",
            CustomerId = data.Id("customerId") ?? Guid.Empty,
            Reward = data.Text("reward") ?? "",
            Points = data.WholeNumber("points", 0, EventRules.MaxPoints) ?? 0,
            OccurredAt = data.Time("occurredAt") ?? default,
        });
}

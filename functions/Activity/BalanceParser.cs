namespace NxLoy.Functions.Activity;

/// <summary>Reads the data of loyalty.balance.changed.</summary>
internal static class BalanceParser
{
    /// <summary>What is told; worth nothing when <paramref name="data"/> has faults afterwards.</summary>
    public static ToldBalance Parse(EventFields data) => new(
        data.Id("businessId") ?? Guid.Empty,
        new BalanceFact
        {
            CustomerId = data.Id("customerId") ?? Guid.Empty,
            Balance = data.WholeNumber("balance", -EventRules.MaxPoints, EventRules.MaxPoints) ?? 0,
            QualifyingPoints = data.WholeNumber("qualifyingPoints", 0, EventRules.MaxPoints, isNeeded: false),
            ChangedBy = data.Text("changedBy") ?? "",
            OccurredAt = data.Time("occurredAt") ?? default,
        });
}

namespace NxLoy.Functions.Tiers;

/// <summary>What counts for a customer's tier on one local day.</summary>
public sealed record TierFigures
{
    /// <summary>Of who has done nothing yet.</summary>
    public static TierFigures None { get; } = new() { Monthly = default, Quarterly = default, Yearly = default, Lifetime = default, Points = 0 };

    public required WindowFigures Monthly { get; init; }

    public required WindowFigures Quarterly { get; init; }

    public required WindowFigures Yearly { get; init; }

    public required WindowFigures Lifetime { get; init; }

    /// <summary>The points that qualify, where the balance tells them, else the balance.</summary>
    public required long Points { get; init; }

    public WindowFigures In(EvaluationPeriod period) => period switch
    {
        EvaluationPeriod.monthly => Monthly,
        EvaluationPeriod.quarterly => Quarterly,
        EvaluationPeriod.yearly => Yearly,
        EvaluationPeriod.lifetime => Lifetime,
        _ => throw new ArgumentOutOfRangeException(nameof(period)),
    };
}

/// <summary>Of the sales that stand in a window.</summary>
/// <param name="Spent">In the business's currency, never negative.</param>
/// <param name="Visits">How many.</param>
public readonly record struct WindowFigures(decimal Spent, int Visits);

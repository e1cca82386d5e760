namespace NxLoy.Functions.Tiers;

/// <summary>One thing that has happened to a customer and that its tier may follow, with what it did to the figures.</summary>
public sealed record TierEvent(Guid CustomerId)
{
    /// <summary>The sale just recorded; null where it is something else.</summary>
    public string? Sale { get; init; }

    /// <summary>The sale just voided or refunded, in full or in part; null where it is something else.</summary>
    public string? Reversed { get; init; }

    /// <summary>The local day of that sale, on which the next two count.</summary>
    public DateOnly Day { get; init; }

    /// <summary>By how much the spending of that day became more.</summary>
    public decimal Spent { get; init; }

    /// <summary>And its visits.</summary>
    public int Visits { get; init; }

    /// <summary>And the points, which are of no day.</summary>
    public long Points { get; init; }

    /// <summary>
    /// What the rules look at, one event after the other. Nobody has read the figures in between: they are those after the
    /// last event, less what each has done, from the end back.
    /// </summary>
    /// <param name="after">With the figures after the last of them.</param>
    /// <param name="events">One customer's, in the order in which they count.</param>
    public static IReadOnlyList<TierOccasion> Occasions(TierOccasion after, IReadOnlyList<TierEvent> events)
    {
        var occasions = new TierOccasion[events.Count];
        var figures = after.Figures;
        for (var at = events.Count - 1; at >= 0; at--)
        {
            occasions[at] = after with { Figures = figures, Sale = events[at].Sale, Reversed = events[at].Reversed };
            figures = events[at].TakenFrom(figures, after.Today);
        }

        return occasions;
    }

    private TierFigures TakenFrom(TierFigures figures, DateOnly today) => new()
    {
        Monthly = TakenFrom(figures.Monthly, EvaluationPeriod.monthly, today),
        Quarterly = TakenFrom(figures.Quarterly, EvaluationPeriod.quarterly, today),
        Yearly = TakenFrom(figures.Yearly, EvaluationPeriod.yearly, today),
        Lifetime = TakenFrom(figures.Lifetime, EvaluationPeriod.lifetime, today),
        Points = figures.Points - Points,
    };

    private WindowFigures TakenFrom(WindowFigures window, EvaluationPeriod period, DateOnly today) =>
        Day < TierPolicy.WindowStart(period, today) ? window : new WindowFigures(window.Spent - Spent, window.Visits - Visits);
}

using System.Text.Json;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>One customer before the rules: its state so far, and its figures.</summary>
internal sealed record TierCase : TierRow
{
    public required Guid Id { get; init; }
    public required LoyaltyTier Held { get; init; }
    public required DateTimeOffset TierUpdatedAt { get; init; }
    public required bool IsDeleted { get; init; }
    public required string? Steps { get; init; }
    public required DateOnly? EvaluatedOn { get; init; }
    public required long? ConfigurationVersion { get; init; }

    /// <summary>Sums of the days whose sales count in a window of a missed day; none where no day before today was missed.</summary>
    public IReadOnlyList<SaleDay> SaleDays { get; init; } = [];

    public TierState State => new()
    {
        Held = Held,
        Steps = Steps is null ? [] : JsonSerializer.Deserialize<TierStep[]>(Steps, Json.Options)!,
        Grace = Grace,
        Override = Override,
    };

    /// <summary>The last local day of which the state is.</summary>
    public DateOnly StandsFor(TierSetting setting) => Evaluated(setting) is { } day && day < setting.Today ? day : setting.Today;

    /// <summary>What the customer has missed of days and thresholds.</summary>
    public IReadOnlyList<MissedOccasion> Missed(TierSetting setting)
    {
        var evaluated = Evaluated(setting);

        // What ended before anybody was ever evaluated has not been seen to end.
        evaluated = OverrideLastDay < (evaluated ?? setting.Today) ? OverrideLastDay : evaluated;
        return MissedRules.Since(evaluated, Math.Max(ConfigurationVersion ?? 0, setting.ThroughVersion), setting.Today, setting.Versions, setting.TimeZone);
    }

    /// <summary>Today's windows.</summary>
    public TierFigures FiguresToday => ToFigures();

    /// <summary>The windows of a day on which nothing was bought since; a sale of the minutes ahead counts at once.</summary>
    public TierFigures FiguresOn(DateOnly day) => FiguresToday with
    {
        Monthly = Sum(EvaluationPeriod.monthly, day),
        Quarterly = Sum(EvaluationPeriod.quarterly, day),
        Yearly = Sum(EvaluationPeriod.yearly, day),
    };

    private DateOnly? Evaluated(TierSetting setting) => EvaluatedOn > setting.Through || setting.Through is null ? EvaluatedOn : setting.Through;

    private WindowFigures Sum(EvaluationPeriod period, DateOnly day)
    {
        var start = TierPolicy.WindowStart(period, day);
        var (spent, visits) = (0m, 0);
        foreach (var sales in SaleDays)
        {
            if (sales.LocalDay >= start)
            {
                (spent, visits) = (spent + sales.Spent, visits + sales.Visits);
            }
        }

        return new WindowFigures(spent, visits);
    }
}

/// <summary>What stands of one customer's sales of one local day.</summary>
internal sealed record SaleDay
{
    public required Guid CustomerId { get; init; }
    public required DateOnly LocalDay { get; init; }
    public required decimal Spent { get; init; }
    public required int Visits { get; init; }
}

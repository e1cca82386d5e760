using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.UnitTests.Tiers;

/// <summary>A sale as the naive count knows it.</summary>
internal sealed class NaiveSale(string id, DateOnly day, decimal amount)
{
    public string Id => id;

    public DateOnly Day => day;

    /// <summary>What was not given back.</summary>
    public decimal Left { get; set; } = amount;

    public bool Stands => Left > 0;
}

/// <summary>
/// Tiers once more, written from the rules and not from <see cref="TierPolicy"/>: with marks that are set and wiped, and
/// dates counted by hand. What both say is believed.
/// </summary>
internal sealed class NaiveTiers
{
    // By tier 1-3 that the rules give: the sale that lifted there.
    private readonly SortedDictionary<int, string?> given = [];
    private DateOnly? belowSince;
    private int monthsOfGrace;

    public List<NaiveSale> Sales { get; } = [];

    public long Points { get; set; }

    public TierThresholds? Thresholds { get; set; }

    public int GraceSetting { get; set; } = 3;

    public LoyaltyTier? ByHand { get; private set; }

    public DateOnly? ByHandThrough { get; private set; }

    public LoyaltyTier Held { get; private set; }

    public List<string> Log { get; } = [];

    public int Ruled => given.Count == 0 ? 0 : given.Keys.Max();

    public string Grace => belowSince is { } since ? $"{since:yyyy-MM-dd}..{Shift(since, monthsOfGrace):yyyy-MM-dd}" : "";

    public void GiveByHand(LoyaltyTier? tier, DateOnly? through, DateOnly today)
    {
        (ByHand, ByHandThrough) = (tier, through);
        Show(today, TierCause.Override);
    }

    public void Look(DateOnly today, string? sold, string? reversed, bool isReconfigured)
    {
        var before = Ruled;
        var isUndone = false;
        if (Thresholds is null)
        {
            given.Clear();
            belowSince = null;
        }
        else
        {
            var reached = Reached(today);
            for (var tier = 3; tier > reached; tier--)
            {
                if (given.TryGetValue(tier, out var lifter) && lifter is not null && lifter == reversed)
                {
                    given.Remove(tier);
                }
            }

            isUndone = Ruled < before;
            if (reached < Ruled)
            {
                if (isUndone || belowSince is null)
                {
                    (belowSince, monthsOfGrace) = (today, GraceSetting);
                }

                if (today >= Shift(belowSince.Value, monthsOfGrace))
                {
                    Settle(reached, null);
                }
            }
            else
            {
                Settle(reached, sold);
            }
        }

        var cause = isUndone ? TierCause.Reversal : isReconfigured ? TierCause.Configuration : Ruled > before ? TierCause.Threshold : TierCause.GraceEnded;
        if (ByHand is not null)
        {
            cause = TierCause.Override;
            if (ByHandThrough < today)
            {
                (ByHand, ByHandThrough) = (null, null);
            }
        }

        Show(today, cause);
    }

    private void Settle(int reached, string? sold)
    {
        belowSince = null;
        for (var tier = 1; tier <= 3; tier++)
        {
            if (tier > reached)
            {
                given.Remove(tier);
            }
            else if (!given.ContainsKey(tier))
            {
                given[tier] = sold;
            }
        }
    }

    private void Show(DateOnly today, TierCause cause)
    {
        var now = ByHand ?? (LoyaltyTier)Ruled;
        if (now != Held)
        {
            Log.Add($"{today:yyyy-MM-dd} {Held} {now} {cause}");
        }

        Held = now;
    }

    private int Reached(DateOnly today)
    {
        var reached = 0;
        foreach (var (tier, asks) in new[] { (1, Thresholds!.Silver), (2, Thresholds.Gold), (3, Thresholds.Platinum) })
        {
            decimal spent = 0;
            var visits = 0;
            foreach (var sale in Sales)
            {
                if (sale.Stands && sale.Day <= today && IsIn(asks.EvaluationPeriod, sale.Day, today))
                {
                    spent += sale.Left;
                    visits++;
                }
            }

            List<bool> met = [];
            if (asks.SpendingThreshold is not null)
            {
                met.Add(spent >= asks.SpendingThreshold);
            }

            if (asks.VisitThreshold is not null)
            {
                met.Add(visits >= asks.VisitThreshold);
            }

            if (asks.PointsThreshold is not null)
            {
                met.Add(Points >= asks.PointsThreshold);
            }

            if (asks.Match == ThresholdMatch.all ? !met.Contains(false) : met.Contains(true))
            {
                reached = tier;
            }
        }

        return reached;
    }

    private static bool IsIn(EvaluationPeriod period, DateOnly day, DateOnly today) =>
        period == EvaluationPeriod.lifetime || day > Shift(today, period == EvaluationPeriod.monthly ? -1 : period == EvaluationPeriod.quarterly ? -3 : -12);

    /// <summary>The same day of another month, or that month's last.</summary>
    private static DateOnly Shift(DateOnly day, int months)
    {
        var (year, month) = (day.Year, day.Month + months);
        while (month < 1)
        {
            (year, month) = (year - 1, month + 12);
        }

        while (month > 12)
        {
            (year, month) = (year + 1, month - 12);
        }

        var date = new DateOnly(year, month, 1);
        while (date.Day < day.Day && date.AddDays(1).Month == month)
        {
            date = date.AddDays(1);
        }

        return date;
    }
}

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.UnitTests.Tiers;

/// <summary>Random lives of a customer, through <see cref="TierPolicy"/> and through <see cref="NaiveTiers"/>, side by side.</summary>
public sealed class TierPolicyOracleTests
{
    private static readonly TierThresholds[] Configurations =
    [
        Some.Thresholds(),
        Some.Thresholds(Some.Requirement(100, period: EvaluationPeriod.monthly), Some.Requirement(200, 6, period: EvaluationPeriod.quarterly), Some.Requirement(900)),
        Some.Thresholds(Some.Requirement(visits: 2, period: EvaluationPeriod.monthly), Some.Requirement(300, 4, match: ThresholdMatch.all), Some.Requirement(600, 8, 40, EvaluationPeriod.lifetime)),
        Some.Thresholds(Some.Requirement(points: 10), Some.Requirement(points: 20), Some.Requirement(1500, points: 20, period: EvaluationPeriod.quarterly, match: ThresholdMatch.all)),
        Some.Thresholds(Some.Requirement(0), Some.Requirement(50, period: EvaluationPeriod.lifetime), Some.Requirement(400, period: EvaluationPeriod.lifetime)),
    ];

    internal enum Kind { DaysPass, NightsAreMissed, Sale, LateSale, Refund, Void, Points, Configuration, Grace, Override, NoOverride }

    /// <param name="A">What it means depends on the kind.</param>
    internal sealed record Move(Kind Kind, int A, int B);

    private static readonly Arbitrary<Move[]> Lives =
        (from kind in Gen.Elements(Enum.GetValues<Kind>().Concat([Kind.Sale, Kind.Sale, Kind.DaysPass, Kind.NightsAreMissed, Kind.Refund]).ToArray())
         from a in Gen.Choose(0, 500)
         from b in Gen.Choose(0, 500)
         select new Move(kind, a, b)).ArrayOf(60).ToArbitrary();

    [Property(MaxTest = 150)]
    public Property AnyLife_ComesOutAsTheNaiveCountSays() => Prop.ForAll(Lives, moves =>
    {
        var life = new Life();
        foreach (var move in moves)
        {
            life.Take(move);
        }

        life.CatchUp();
        Assert.Equal(life.Naive.Log, life.Log);
    });

    // A whole morning in one batch, or the same events by ones and twos: the naive count looks after each.
    [Property(MaxTest = 150)]
    public Property AnySplitIntoBatches_ComesOutAsTheNaiveCountSays() => Prop.ForAll(Lives, Gen.Choose(1, 9).ArrayOf(7).ToArbitrary(), (moves, sizes) =>
    {
        var life = new Life { BatchSizes = sizes };
        foreach (var move in moves)
        {
            life.Take(move);
        }

        life.CatchUp();
        Assert.Equal(life.Naive.Log, life.Log);
    });

    [Property(MaxTest = 50)]
    public Property AskedAgain_NothingChanges() => Prop.ForAll(Lives, moves =>
    {
        var life = new Life { IsAskedTwice = true };
        foreach (var move in moves)
        {
            life.Take(move);
        }
    });

    private sealed class Life
    {
        private readonly List<TierOccasion> missed = [];
        private readonly List<TierEvent> waiting = [];
        private int batches;
        private TierState state = TierState.New;
        private DateOnly today = new(2027, 11, 20); // a leap day is near

        public bool IsAskedTwice { get; init; }

        /// <summary>How many events come together, one batch after the other.</summary>
        public int[] BatchSizes { get; init; } = [1];

        public NaiveTiers Naive { get; } = new();

        public List<string> Log { get; } = [];

        public void Take(Move move)
        {
            if (move.Kind is not (Kind.Sale or Kind.LateSale or Kind.Refund or Kind.Void or Kind.Points))
            {
                Arrive();
            }

            if (move.Kind is Kind.DaysPass or Kind.NightsAreMissed)
            {
                for (var day = 0; day <= move.A % 45; day++)
                {
                    today = today.AddDays(1);
                    Naive.Look(today, null, null, false);
                    missed.Add(Occasion());
                    if (move.Kind == Kind.DaysPass)
                    {
                        CatchUp();
                        Compare();
                    }
                }

                return;
            }

            CatchUp(arrives: false);
            Happen(move);
            if (waiting.Count == 0)
            {
                Compare();
            }
        }

        public void CatchUp(bool arrives = true)
        {
            if (arrives)
            {
                Arrive();
            }

            var (next, changes) = TierPolicy.CatchUp(state, missed);
            var held = state.Held;
            foreach (var (occasion, outcome) in changes)
            {
                Log.Add($"{occasion.Today:yyyy-MM-dd} {held} {outcome.State.Held} {outcome.Cause}");
                held = outcome.State.Held;
            }

            state = next;
            missed.Clear();
        }

        private void Happen(Move move)
        {
            var sale = Naive.Sales.Count == 0 ? null : Naive.Sales[move.A % Naive.Sales.Count];
            switch (move.Kind)
            {
                case Kind.Sale or Kind.LateSale:
                    var made = new NaiveSale($"s{Naive.Sales.Count}", move.Kind == Kind.LateSale ? today.AddDays(-move.B) : today, move.A);
                    Naive.Sales.Add(made);
                    Follow(new TierEvent(Guid.Empty) { Sale = made.Id, Day = made.Day, Spent = made.Left, Visits = made.Stands ? 1 : 0 });
                    break;
                case Kind.Refund or Kind.Void when sale is not null:
                    var (left, stood) = (sale.Left, sale.Stands);
                    sale.Left -= move.Kind == Kind.Void ? sale.Left : Math.Min(sale.Left, move.B);
                    Follow(new TierEvent(Guid.Empty) { Reversed = sale.Id, Day = sale.Day, Spent = sale.Left - left, Visits = stood && !sale.Stands ? -1 : 0 });
                    break;
                case Kind.Points:
                    var points = Naive.Points;
                    Naive.Points = move.A % 50;
                    Follow(new TierEvent(Guid.Empty) { Points = Naive.Points - points });
                    break;
                case Kind.Configuration:
                    Naive.Thresholds = Configurations[move.A % Configurations.Length];
                    Look(isReconfigured: true);
                    break;
                case Kind.Grace:
                    Naive.GraceSetting = move.A % 5;
                    break;
                case Kind.Override:
                    Override(new TierOverride((LoyaltyTier)(move.A % 4), move.B % 3 == 0 ? null : today.AddDays(move.B % 60)));
                    break;
                case Kind.NoOverride:
                    Override(null);
                    break;
            }
        }

        private void Follow(TierEvent happened)
        {
            Naive.Look(today, happened.Sale, happened.Reversed, false);
            waiting.Add(happened);
            if (waiting.Count >= BatchSizes[batches % BatchSizes.Length])
            {
                Arrive();
            }
        }

        // All that waits as one batch, of which nothing is known but the figures after it.
        private void Arrive()
        {
            foreach (var occasion in TierEvent.Occasions(Occasion(), waiting))
            {
                Note(occasion);
            }

            batches += waiting.Count > 0 ? 1 : 0;
            waiting.Clear();
        }

        private void Look(bool isReconfigured)
        {
            Naive.Look(today, null, null, isReconfigured);
            Note(Occasion() with { IsReconfigured = isReconfigured });
        }

        private void Note(TierOccasion occasion)
        {
            Note(TierPolicy.Next(state, occasion));
            if (IsAskedTwice)
            {
                var again = TierPolicy.Next(state, occasion);
                Assert.Null(again.Cause);
                Assert.Equal(Told(state), Told(again.State));
            }
        }

        private void Override(TierOverride? given)
        {
            Naive.GiveByHand(given?.Tier, given?.LastDay, today);
            Note(TierPolicy.Override(state, given));
        }

        private void Note(TierOutcome outcome)
        {
            if (outcome.Cause is { } cause)
            {
                Log.Add($"{today:yyyy-MM-dd} {state.Held} {outcome.State.Held} {cause}");
            }

            state = outcome.State;
        }

        private void Compare()
        {
            Assert.Equal(
                $"{today:yyyy-MM-dd} {Naive.Held} {(LoyaltyTier)Naive.Ruled} {Naive.Grace}",
                $"{today:yyyy-MM-dd} {state.Held} {state.Ruled} {(state.Grace is { } grace ? $"{grace.From:yyyy-MM-dd}..{grace.Until:yyyy-MM-dd}" : "")}");
            if (TierPolicy.Progress(Naive.Thresholds, Occasion().Figures, state.Held) is { } progress)
            {
                Assert.InRange(progress, 0, 100);
            }
        }

        private static string Told(TierState state) =>
            $"{state.Held} {state.Grace} {state.Override} {string.Join(", ", state.Steps.Select(step => $"{step.Tier}: {string.Join(' ', step.Sales)}"))}";

        private TierOccasion Occasion() => new()
        {
            Today = today,
            Thresholds = Naive.Thresholds,
            GraceMonths = Naive.GraceSetting,
            Figures = new TierFigures
            {
                Monthly = In(EvaluationPeriod.monthly),
                Quarterly = In(EvaluationPeriod.quarterly),
                Yearly = In(EvaluationPeriod.yearly),
                Lifetime = In(EvaluationPeriod.lifetime),
                Points = Naive.Points,
            },
        };

        private WindowFigures In(EvaluationPeriod period)
        {
            var start = TierPolicy.WindowStart(period, today) ?? DateOnly.MinValue;
            var counted = Naive.Sales.Where(sale => sale.Stands && sale.Day >= start && sale.Day <= today).ToList();
            return new WindowFigures(counted.Sum(sale => sale.Left), counted.Count);
        }
    }
}

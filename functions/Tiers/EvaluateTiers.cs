using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Brings tiers up to date in the transaction of what may change them, which holds the customers' row locks: begun before
/// anything is written, finished after all of it. In between lie the events' effects, since a customer that has not been
/// evaluated today must first become what it was without them. What came together is then taken one by one, so that it
/// does not matter how events fell into batches. The number of statements does not depend on how many customers there are.
/// </summary>
/// <param name="session">The transaction.</param>
/// <param name="customers">All whom it may be about.</param>
/// <param name="read">By what they are evaluated.</param>
public sealed class EvaluateTiers(Session session, IReadOnlyCollection<Guid> customers, ReadTierSetting read)
{
    private readonly List<(int Place, TierEvent Event)> events = [];
    private TierSetting? setting;

    /// <summary>Before effects are written: lets the customers catch up with the days and thresholds they have missed, once.</summary>
    public async Task BeginAsync()
    {
        if (setting is not null)
        {
            return;
        }

        setting = await read.LockAsync(session);
        if (HasThresholds(setting) && !setting.IsCurrent)
        {
            await CatchUpAsync(session, setting, [.. customers]);
        }
    }

    /// <summary>After <see cref="BeginAsync"/>: has the tier follow something that is written in this transaction.</summary>
    /// <param name="place">Among all that came together; of two in one place the one that is told first counts first.</param>
    /// <param name="happened">What is written.</param>
    public void Follow(int place, TierEvent happened) => events.Add((place, happened));

    /// <summary>After all effects are written.</summary>
    public async Task FinishAsync()
    {
        if (setting is null || events.Count == 0 || !HasThresholds(setting))
        {
            return;
        }

        var told = events.OrderBy(one => one.Place).ToLookup(one => one.Event.CustomerId, one => one.Event);
        await JudgeAsync(
            session, setting, [.. told.Select(of => of.Key)], one => TierResult.Of(one, TierEvent.Occasions(Today(setting, one), [.. told[one.Id]])));
    }

    /// <summary>For a customer just made, who has done nothing yet: where nothing is asked for a tier, it is reached at once.</summary>
    internal static async Task WelcomeAsync(Session session, Guid customer, ReadTierSetting read)
    {
        var setting = await read.LockAsync(session);
        if (HasThresholds(setting) && TierPolicy.Reached(setting.Current.Thresholds, TierFigures.None) > LoyaltyTier.BRONZE)
        {
            await JudgeAsync(session, setting, [customer], one => TierResult.Of(one, [Today(setting, one)]));
        }
    }

    // Without thresholds all are BRONZE but for overrides, which no event ends.
    private static bool HasThresholds(TierSetting setting) => setting.Current.Version > 0;

    /// <summary>The customers as days and thresholds alone have left them. Their rows are locked and the setting is.</summary>
    internal static async Task CatchUpAsync(Session session, TierSetting setting, IReadOnlyList<Guid> customers)
    {
        var cases = await TierCases.ReadAsync(session, setting, customers);
        var results = cases.Select(one => CatchUp(setting, one)).ToArray();

        // A late sale must not be counted on days that were looked at before it came. Of one day it is all the same.
        var states = results.Where(result => result.HasNewState || result.Case.Missed(setting) is [var first, ..] && first.Day < setting.Today);
        await WriteTiers.ExecuteAsync(session, setting, [.. states], results);
    }

    /// <summary>The same for a run, which looks at today even where nothing was missed: figures may have been mended.</summary>
    /// <returns>How many hold another tier now.</returns>
    internal static async Task<int> ReviewAsync(Session session, TierSetting setting, IReadOnlyList<Guid> customers)
    {
        var results = await JudgeAsync(session, setting, customers, one => Review(setting, one));
        return results.Count(result => result.State.Held != result.Case.Held);
    }

    internal static TierResult Review(TierSetting setting, TierCase one) =>
        TierResult.Of(one, one.Missed(setting).Count > 0 ? Missed(setting, one) : [Today(setting, one)]);

    private static async Task<IReadOnlyList<TierResult>> JudgeAsync(
        Session session, TierSetting setting, IReadOnlyList<Guid> customers, Func<TierCase, TierResult> judge)
    {
        var cases = await TierCases.ReadAsync(session, setting, customers);
        var results = cases.Select(judge).ToArray();
        await WriteTiers.ExecuteAsync(session, setting, [.. results.Where(result => result.HasNewState)], results);
        return results;
    }

    private static TierResult CatchUp(TierSetting setting, TierCase one) => TierResult.Of(one, Missed(setting, one));

    private static IEnumerable<TierOccasion> Missed(TierSetting setting, TierCase one) => one.Missed(setting).Select(missed => new TierOccasion
    {
        Today = missed.Day,
        At = missed.At,
        Thresholds = missed.Configuration.Thresholds,
        ConfigurationVersion = missed.Configuration.Version,
        GraceMonths = setting.GraceMonths,
        Figures = missed.Day == setting.Today ? one.FiguresToday : one.FiguresOn(missed.Day),
        IsReconfigured = missed.IsReconfigured,
    });

    /// <summary>That something has happened now.</summary>
    internal static TierOccasion Today(TierSetting setting, TierCase one) => new()
    {
        Today = setting.Today,
        At = setting.Now,
        Thresholds = setting.Current.Thresholds,
        ConfigurationVersion = setting.Current.Version,
        GraceMonths = setting.GraceMonths,
        Figures = one.FiguresToday,
    };
}

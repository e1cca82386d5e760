using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Brings tiers up to date in the transaction of what may change them, which holds the customers' row locks: begun before
/// it writes, finished after. In between lie the events' effects, since a customer that has not been evaluated today must
/// first become what it was without them. The number of statements does not depend on how many customers there are.
/// </summary>
public sealed class EvaluateTiers
{
    private readonly Session session;
    private readonly TierSetting setting;

    private EvaluateTiers(Session session, TierSetting setting) => (this.session, this.setting) = (session, setting);

    /// <summary>Before the effects are written: lets the customers catch up with the days and thresholds they have missed.</summary>
    public static async Task<EvaluateTiers> BeginAsync(Session session, IReadOnlyList<Guid> customers, ReadTierSetting read)
    {
        var evaluation = new EvaluateTiers(session, await read.LockAsync(session));
        if (evaluation.HasThresholds && !evaluation.setting.IsCurrent)
        {
            await CatchUpAsync(session, evaluation.setting, customers);
        }

        return evaluation;
    }

    /// <summary>After the effects are written.</summary>
    /// <param name="events">One a customer.</param>
    public async Task FinishAsync(IReadOnlyList<TierEvent> events)
    {
        if (!HasThresholds)
        {
            return;
        }

        var told = events.ToDictionary(one => one.CustomerId);
        var cases = await TierCases.ReadAsync(session, setting, [.. told.Keys]);
        var results = cases.Select(one => TierResult.Of(one, [Today(setting, one) with { Sales = told[one.Id].Sales, Reversed = told[one.Id].Reversed }])).ToArray();
        await WriteTiers.ExecuteAsync(session, setting, [.. results.Where(result => result.HasNewState)], results);
    }

    // Without thresholds all are BRONZE but for overrides, which no event ends.
    private bool HasThresholds => setting.Current.Version > 0;

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
        var cases = await TierCases.ReadAsync(session, setting, customers);
        var results = cases.Select(one => Review(setting, one)).ToArray();
        await WriteTiers.ExecuteAsync(session, setting, [.. results.Where(result => result.HasNewState)], results);
        return results.Count(result => result.State.Held != result.Case.Held);
    }

    internal static TierResult Review(TierSetting setting, TierCase one) =>
        TierResult.Of(one, one.Missed(setting).Count > 0 ? Missed(setting, one) : [Today(setting, one)]);

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

/// <summary>What has happened to a customer that its tier may follow.</summary>
/// <param name="Sales">Ids of the sales just recorded.</param>
/// <param name="Reversed">Ids of the sales just voided or refunded.</param>
public sealed record TierEvent(Guid CustomerId, IReadOnlyList<string> Sales, IReadOnlyList<string> Reversed)
{
    /// <summary>Something without sales, such as points.</summary>
    public static TierEvent Of(Guid customer) => new(customer, [], []);
}

using NodaTime;

namespace NxLoy.Functions.Erasure;

/// <summary>The time limits of an erasure, and what is to be done next.</summary>
public static class ErasureRules
{
    /// <summary>Nothing that was approved in time is erased later than so long before it is due.</summary>
    public static readonly TimeSpan Reserve = TimeSpan.FromHours(48);

    /// <summary>How many days before it is due an unapproved request alerts; 0 is when it is overdue.</summary>
    private static readonly int[] AlertDays = [14, 7, 2, 0];

    /// <summary>
    /// By when an erasure asked for must be done: the earlier of 30 days and one calendar month later, at the same time of
    /// day in the business's zone (GDPR article 12(3); the specification's 30 days).
    /// </summary>
    public static DateTimeOffset DueAt(DateTimeOffset asked, string timeZone)
    {
        var (days, month) = (Later(asked, timeZone, Period.FromDays(30)), Later(asked, timeZone, Period.FromMonths(1)));
        return days < month ? days : month;
    }

    /// <summary>When an approved erasure runs: after the cooling-off days, in time for its due date, and not before its approval.</summary>
    /// <param name="asked">When it was asked for; the days count from here.</param>
    /// <param name="approved">When it was approved.</param>
    /// <param name="due">See <see cref="DueAt"/>.</param>
    /// <param name="coolingOffDays">Whole local days, 0 or more.</param>
    /// <param name="timeZone">The business's IANA zone.</param>
    public static DateTimeOffset EraseAt(DateTimeOffset asked, DateTimeOffset approved, DateTimeOffset due, int coolingOffDays, string timeZone)
    {
        var cooled = Later(asked, timeZone, Period.FromDays(coolingOffDays));
        var planned = cooled < due - Reserve ? cooled : due - Reserve;
        return planned > approved ? planned : approved;
    }

    /// <summary>What is next for a request as it stands now.</summary>
    public static ErasurePlan Next(ErasureState state, DateTimeOffset now) => state.Status switch
    {
        ErasureStatus.PENDING => Unapproved(state, now),
        ErasureStatus.APPROVED when state.IsHeld => new ErasurePlan(ErasureAct.Wait, state.HeldUntil),
        ErasureStatus.APPROVED when state.EraseAt > now => new ErasurePlan(ErasureAct.Wait, state.EraseAt),
        ErasureStatus.APPROVED or ErasureStatus.PROCESSING => new ErasurePlan(ErasureAct.Erase),
        ErasureStatus.COMPLETED or ErasureStatus.REJECTED or ErasureStatus.CANCELLED => new ErasurePlan(ErasureAct.End),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static ErasurePlan Unapproved(ErasureState state, DateTimeOffset now)
    {
        var passed = AlertDays.Where(days => state.DueAt.AddDays(-days) <= now).ToList();
        var coming = AlertDays.Where(days => state.DueAt.AddDays(-days) > now).ToList();
        var news = passed.Count > 0 && (state.AlertedDays is not { } last || passed[^1] < last) ? passed[^1] : (int?)null;
        return new ErasurePlan(ErasureAct.Wait, coming.Count > 0 ? state.DueAt.AddDays(-coming[0]) : null) { AlertDays = news };
    }

    private static DateTimeOffset Later(DateTimeOffset instant, string timeZone, Period period)
    {
        var zone = DateTimeZoneProviders.Tzdb[timeZone];
        var local = Instant.FromDateTimeOffset(instant).InZone(zone).LocalDateTime;
        return zone.AtLeniently(local + period).ToDateTimeOffset().ToUniversalTime();
    }
}

/// <summary>Where a request stands, as far as deciding what is next needs it.</summary>
/// <param name="Status">See <see cref="ErasureStatus"/>.</param>
/// <param name="DueAt">By when it must be done.</param>
/// <param name="EraseAt">When it is to be done; null until approved.</param>
/// <param name="AlertedDays">The last alert that it is unapproved: so many days before it is due; null before the first.</param>
/// <param name="IsHeld">Whether a legal hold stands.</param>
/// <param name="HeldUntil">When the last hold ends by itself; null where one stands until it is released.</param>
public sealed record ErasureState(ErasureStatus Status, DateTimeOffset DueAt, DateTimeOffset? EraseAt, int? AlertedDays, bool IsHeld, DateTimeOffset? HeldUntil);

/// <summary>What is next.</summary>
/// <param name="Act">See <see cref="ErasureAct"/>.</param>
/// <param name="Until">When to look again at the latest; null until somebody does something.</param>
public sealed record ErasurePlan(ErasureAct Act, DateTimeOffset? Until = null)
{
    /// <summary>The alert that is due: so many days before the request is; null where none is.</summary>
    public int? AlertDays { get; init; }
}

public enum ErasureAct
{
    /// <summary>Look again when something changes, or at an instant.</summary>
    Wait,

    /// <summary>Erase now, or go on with it.</summary>
    Erase,

    /// <summary>Nothing more is to be done.</summary>
    End,
}

/// <summary>Where an erasure stands.</summary>
public enum ErasureStatus
{
    /// <summary>Waits for approval; the customer is deleted, and everything is still there.</summary>
    PENDING,

    /// <summary>Waits for its time, or for a legal hold to end.</summary>
    APPROVED,

    /// <summary>The rows are erased; what is left elsewhere is being looked for.</summary>
    PROCESSING,

    /// <summary>Nothing is left, and the certificate is signed.</summary>
    COMPLETED,

    /// <summary>Compliance refused it; the customer is restored.</summary>
    REJECTED,

    /// <summary>It was taken back; the customer is restored.</summary>
    CANCELLED,
}

using NxLoy.Functions.Database;

namespace NxLoy.Functions.Businesses;

/// <summary>
/// Brings the session's business in line with what its own module tells, and makes it when it is told of for the first
/// time. In whatever order changes arrive, the one that holds since the latest instant stands.
/// </summary>
public sealed class ChangeBusiness(TimeProvider time)
{
    /// <summary>To be called before anything else is locked in the transaction.</summary>
    public async Task<ChangedBusiness> ExecuteAsync(Session session, IReadOnlyList<BusinessChange> changes)
    {
        var outcomes = new BusinessChangeOutcome[changes.Count];
        if (changes.Count == 0)
        {
            return new ChangedBusiness(outcomes, HasMoved: false);
        }

        var first = changes.MinBy(change => change.OccurredAt)!;
        var now = time.Now();
        var isNew = (await InsertAsync(session, first, now)).Count > 0;
        var before = (await LockAsync(session))!;
        var hasTransactions = !isNew && changes.Any(change => change.Currency != before.Currency) && await HasTransactionsAsync(session);
        var (current, last) = (isNew ? first : null, isNew ? first.OccurredAt : before.ToldAt);
        foreach (var (change, at) in changes.Select((change, at) => (change, at)).OrderBy(one => one.change.OccurredAt))
        {
            outcomes[at] = isNew && ReferenceEquals(change, first) ? BusinessChangeOutcome.Applied
                : change.OccurredAt <= last ? BusinessChangeOutcome.Superseded
                : hasTransactions && change.Currency != before.Currency ? BusinessChangeOutcome.CurrencyFixed
                : BusinessChangeOutcome.Applied;
            if (outcomes[at] == BusinessChangeOutcome.Applied)
            {
                (current, last) = (change, change.OccurredAt);
            }
        }

        if (current is not null && !ReferenceEquals(current, isNew ? first : null))
        {
            await UpdateAsync(session, current, now);
        }

        return new ChangedBusiness(outcomes, HasMoved: !isNew && current is not null && current.TimeZone != before.TimeZone);
    }

    private static Task<IReadOnlyList<Guid>> InsertAsync(Session session, BusinessChange change, DateTimeOffset now) => session.QueryAsync<Guid>(
        """
        insert into businesses (id, name, status, time_zone, currency, default_region, told_at, created_at, updated_at)
        values (@business, @name, @status, @timeZone, @currency, @defaultRegion, @occurredAt, @now, @now)
        on conflict (id) do nothing
        returning id
        """,
        Columns(session, change, now));

    private static Task<CurrentRow?> LockAsync(Session session) => session.FindAsync<CurrentRow>(
        "select time_zone as timezone, currency, told_at as toldat from businesses where id = @business for no key update",
        new { business = session.Business });

    // Whoever records a transaction holds its customer, and reads the currency after that: those under way are waited for
    // here, and those to come see the currency that this leaves. Once there is a transaction there always will be, and
    // nobody has to wait: only a business that has sold nothing yet is held, all its customers, however many.
    private static async Task<bool> HasTransactionsAsync(Session session)
    {
        if (await AnyTransactionAsync(session))
        {
            return true;
        }

        await session.ExecuteAsync(
            "select 1 from customers where business_id = @business order by id for no key update", new { business = session.Business });
        return await AnyTransactionAsync(session);
    }

    private static async Task<bool> AnyTransactionAsync(Session session) => (await session.QueryAsync<bool>(
        "select exists (select from transactions where business_id = @business)", new { business = session.Business }))[0];

    // What an owner may write has a version of its own, which this leaves as it is.
    private static Task UpdateAsync(Session session, BusinessChange change, DateTimeOffset now) => session.ExecuteAsync(
        """
        update businesses
        set name = @name, status = @status, time_zone = @timeZone, currency = @currency, default_region = @defaultRegion,
            told_at = @occurredAt, updated_at = @now
        where id = @business
        """,
        Columns(session, change, now));

    private static object Columns(Session session, BusinessChange change, DateTimeOffset now) => new
    {
        business = session.Business,
        change.Name,
        status = change.IsClosed ? "CLOSED" : "ACTIVE",
        change.TimeZone,
        change.Currency,
        change.DefaultRegion,
        change.OccurredAt,
        now,
    };

    private sealed record CurrentRow
    {
        public required string TimeZone { get; init; }
        public required string Currency { get; init; }
        public required DateTimeOffset? ToldAt { get; init; }
    }
}

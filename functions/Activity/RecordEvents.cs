using NxLoy.Functions.Businesses;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Gives each kind of event to the use case that records it, all in one transaction. The number of statements depends on
/// the kinds in a batch, not on its size.
/// </summary>
public sealed class RecordEvents(
    ChangeBusiness change, RedateTransactions redate, RecordTransactions transactions, RecordBalances balances, RecordRedemptions redemptions,
    RecordCommunications communications, ReadTierSetting tierSetting, TimeProvider time)
{
    /// <param name="session">The transaction.</param>
    /// <param name="events">Each with something told, each id once.</param>
    /// <param name="evenIfClosed">Events are rejected one by one where the business is closed; otherwise that is the problem of all.</param>
    /// <returns>What became of each, by its id; a problem where the business can take none of them.</returns>
    internal async Task<Result<IReadOnlyDictionary<string, EventResult>>> ExecuteAsync(Session session, IReadOnlyList<ArrivedEvent> events, bool evenIfClosed)
    {
        var results = new Dictionary<string, EventResult>(StringComparer.Ordinal);

        // The last sales before a business closes come together with its close, and are to count as if they had come before.
        var closedAt = Of<ToldBusiness>(events).Where(one => one.Told.Fact.IsClosed).Min(one => (DateTimeOffset?)one.Told.OccurredAt);
        var before = events.Where(one => one.Told!.OccurredAt < closedAt).ToArray();
        if (before.Length > 0)
        {
            var recorded = await ExecuteAsync(session, before, evenIfClosed, results);
            if (recorded.Problem is null)
            {
                return await ExecuteAsync(session, [.. events.Except(before)], evenIfClosed, results);
            }

            if (recorded.Problem != HttpProblems.NotFound)
            {
                return recorded;
            }
        }

        return await ExecuteAsync(session, events, evenIfClosed, results);
    }

    private async Task<Result<IReadOnlyDictionary<string, EventResult>>> ExecuteAsync(
        Session session, IReadOnlyList<ArrivedEvent> events, bool evenIfClosed, Dictionary<string, EventResult> results)
    {
        // The business first: everything else is read in its zone, currency and region, and one that is closed takes nothing else.
        await ChangeBusinessAsync(session, Of<ToldBusiness>(events), results);
        var others = events.Where(one => one.Told is not ToldBusiness).ToArray();
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return evenIfClosed && closed == BusinessProblems.Closed ? AllRejected(others, closed.Code, results) : closed;
        }

        // Then all the customers at once and in one order, whatever is told of them.
        var sales = await LinkAsync(session, business.Value.DefaultRegion, Of<ToldTransaction>(events));
        var (points, rewards, messages) = (Of<ToldBalance>(events), Of<ToldRedemption>(events), Of<ToldCommunication>(events));
        var customers = await LockedCustomers.TakeAsync(
            session,
            [
                .. sales.Select(one => one.Told.Fact.CustomerId), .. points.Select(one => one.Told.Fact.CustomerId),
                .. rewards.Select(one => one.Told.Fact.CustomerId), .. messages.Select(one => one.Told.Fact.CustomerId),
            ]);

        var places = events.Select((one, place) => (one.Id, Place: place)).ToDictionary(one => one.Id!, one => one.Place, StringComparer.Ordinal);
        var tiers = new EvaluateTiers(session, customers.All, tierSetting);
        var sold = sales.Count == 0 ? Array.Empty<TransactionOutcome>()
            : await transactions.ExecuteAsync(session, [.. sales.Select(one => one.Told.Fact with { Place = places[one.Event.Id!] })], customers, tiers);
        var redeemed = await redemptions.ExecuteAsync(session, [.. rewards.Select(one => one.Told.Fact)], customers);
        var sent = await communications.ExecuteAsync(session, [.. messages.Select(one => one.Told.Fact)], customers);
        if (sold.Failed(out var problem) || redeemed.Failed(out problem) || sent.Failed(out problem))
        {
            return problem;
        }

        Note(results, sales, [.. sold.Value.Select(one => new EventOutcome(StatusOf(one.Status), one.Code))], told => told.Fact.CustomerId, customers.Erased);
        Note(results, rewards, redeemed.Value, told => told.Fact.CustomerId, customers.Erased);
        Note(results, messages, sent.Value, told => told.Fact.CustomerId, customers.Erased);
        Note(
            results, points,
            await balances.ExecuteAsync(session, [.. points.Select(one => one.Told.Fact with { Place = places[one.Event.Id!] })], customers, tiers),
            told => told.Fact.CustomerId, customers.Erased);
        await tiers.FinishAsync();
        return results;
    }

    private async Task ChangeBusinessAsync(Session session, IReadOnlyList<(ArrivedEvent Event, ToldBusiness Told)> told, Dictionary<string, EventResult> results)
    {
        var now = time.Now();
        foreach (var (one, business) in told)
        {
            if (EventRules.TimeFaultOf(business.Fact.OccurredAt, now) is { } fault)
            {
                results[one.Id!] = new EventResult(one.Id, EventStatus.rejected, fault);
            }
        }

        var possible = told.Where(one => !results.ContainsKey(one.Event.Id!)).ToArray();
        var changed = await change.ExecuteAsync(session, [.. possible.Select(one => ChangeOf(one.Told.Fact))]);
        Note(results, possible, [.. changed.Outcomes.Select(OutcomeOf)], _ => null);
        if (changed.HasMoved)
        {
            await redate.WantAsync(session);
        }
    }

    private static BusinessChange ChangeOf(BusinessFact fact) =>
        new(fact.Name, fact.IsClosed, fact.TimeZone, fact.Currency, fact.DefaultRegion, fact.OccurredAt);

    private async Task<IReadOnlyList<(ArrivedEvent Event, ToldTransaction Told)>> LinkAsync(
        Session session, string region, IReadOnlyList<(ArrivedEvent Event, ToldTransaction Told)> sales)
    {
        var told = sales.Select(one => one.Told).ToArray();
        if (told.All(one => one.ExternalId is null && one.Email is null && one.Phone is null))
        {
            return sales;
        }

        var links = await LinkCustomers.ExecuteAsync(
            session, region, told.Select(one => one.ExternalId).OfType<string>(), told.Select(one => one.Email).OfType<string>(),
            told.Select(one => one.Phone).OfType<string>());

        // A refund names its customer as it was known when it bought: whoever has that name now, the sale's buyer is meant.
        var buyers = await transactions.FindBuyersAsync(
            session, told.Where(one => one.Fact.CustomerId == Guid.Empty).Select(one => one.Fact.OriginalTransactionId).OfType<string>());
        foreach (var sale in told.Where(one => one.Fact.Kind == TransactionKind.SALE))
        {
            buyers.TryAdd(sale.Fact.TransactionId, CustomerOf(sale, links));
        }

        return [.. sales.Select(one => (one.Event, one.Told with { Fact = one.Told.Fact with { CustomerId = MeantBy(one.Told) } }))];

        Guid MeantBy(ToldTransaction one) =>
            one.Fact is { CustomerId: var id, OriginalTransactionId: { } sale } && id == Guid.Empty && buyers.TryGetValue(sale, out var buyer) ? buyer
            : CustomerOf(one, links);
    }

    // Nobody has the empty id, so what matches nobody comes out unlinked.
    private static Guid CustomerOf(ToldTransaction told, CustomerLinks links) =>
        (told switch
        {
            { ExternalId: { } externalId } => links.ByExternalId(externalId),
            { Email: { } email } => links.ByEmail(email),
            { Phone: { } phone } => links.ByPhone(phone),
            _ => told.Fact.CustomerId,
        }) ?? Guid.Empty;

    private static (ArrivedEvent Event, T Told)[] Of<T>(IReadOnlyList<ArrivedEvent> events) where T : ToldEvent =>
        [.. events.Where(one => one.Told is T).Select(one => (one, (T)one.Told!))];

    private static void Note<T>(
        Dictionary<string, EventResult> results, IReadOnlyList<(ArrivedEvent Event, T Told)> told, IReadOnlyList<EventOutcome> outcomes, Func<T, Guid?> customerOf,
        IReadOnlySet<Guid>? erased = null)
    {
        foreach (var ((one, what), outcome) in told.Zip(outcomes))
        {
            var customer = customerOf(what);
            results[one.Id!] = new EventResult(one.Id, outcome.Status, outcome.Code)
            {
                Customer = outcome.Status == EventStatus.accepted ? customer : null,
                IsOfErased = customer is { } id && erased?.Contains(id) == true,
            };
        }
    }

    private static Dictionary<string, EventResult> AllRejected(IEnumerable<ArrivedEvent> events, string code, Dictionary<string, EventResult> results)
    {
        foreach (var one in events)
        {
            results[one.Id!] = new EventResult(one.Id, EventStatus.rejected, code);
        }

        return results;
    }

    private static EventOutcome OutcomeOf(BusinessChangeOutcome outcome) => outcome switch
    {
        BusinessChangeOutcome.Applied => new EventOutcome(EventStatus.accepted),
        BusinessChangeOutcome.Superseded => new EventOutcome(EventStatus.accepted, "superseded"),
        BusinessChangeOutcome.CurrencyFixed => new EventOutcome(EventStatus.rejected, "currency_fixed"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private static EventStatus StatusOf(TransactionStatus status) => status switch
    {
        TransactionStatus.Accepted => EventStatus.accepted,
        TransactionStatus.Duplicate => EventStatus.duplicate,
        TransactionStatus.Rejected => EventStatus.rejected,
        TransactionStatus.Unlinked => EventStatus.unlinked,
        TransactionStatus.Retry => EventStatus.retry,
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}

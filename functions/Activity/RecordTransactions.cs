using NxLoy.Functions.Businesses;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Records a batch of one business's transactions and brings the figures of their customers up to date, all of it or
/// nothing. The number of statements does not depend on the batch's size (1 to some thousands of facts). Whatever the
/// order in which facts arrive and however they are split into batches, the figures come out the same.
/// </summary>
public sealed class RecordTransactions(BusinessDatabase database, ErasedIds erased, ReadTierSetting tierSetting, TimeProvider time)
{
    /// <returns>An outcome a fact, in the order given; or not_found or business_closed for the whole batch.</returns>
    public Task<Result<IReadOnlyList<TransactionOutcome>>> ExecuteAsync(
        Guid business, IReadOnlyList<TransactionFact> facts, CancellationToken cancellation) =>
        InTransactionAsync(
            business,
            async session =>
            {
                var customers = await LockedCustomers.TakeAsync(session, facts.Select(fact => fact.CustomerId));
                var tiers = new EvaluateTiers(session, customers.All, tierSetting);
                var outcomes = await ExecuteAsync(session, [.. facts.Select((fact, place) => fact with { Place = place })], customers, tiers);
                await tiers.FinishAsync();
                return outcomes;
            },
            cancellation);

    /// <summary>The same in the transaction of <see cref="InTransactionAsync"/>, for a use case that writes more in it.</summary>
    internal Task<Result<IReadOnlyList<TransactionOutcome>>> ExecuteAsync(
        Session session, IReadOnlyList<TransactionFact> facts, LockedCustomers customers, EvaluateTiers tiers) =>
        RecordAsync(session, facts, customers, tiers, time.Now());

    /// <summary>Runs the work in one transaction, from the start once more where another batch was quicker.</summary>
    internal async Task<Result<T>> InTransactionAsync<T>(Guid business, Func<Session, Task<Result<T>>> work, CancellationToken cancellation)
    {
        while (true)
        {
            var result = await database.InTransactionAsync(business, work, cancellation);
            if (result.Problem != ActivityProblems.TakenMeanwhile)
            {
                return result;
            }

            // Whoever took the id has committed by now, so the next look sees it.
        }
    }

    private async Task<Result<IReadOnlyList<TransactionOutcome>>> RecordAsync(
        Session session, IReadOnlyList<TransactionFact> told, LockedCustomers customers, EvaluateTiers tiers, DateTimeOffset now)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var ids = IdsOf(session, told.SelectMany(fact => new[] { fact.TransactionId, fact.OriginalTransactionId }).OfType<string>());
        var rows = await ReadAsync(session, ids);
        var recorded = rows.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        var facts = told.Select(fact => AsKept(fact, ids, recorded, customers.Erased.Contains(fact.CustomerId))).ToArray();
        var known = new TransactionRules.Known(
            customers.All, recorded,
            rows.Where(row => row.Kind == TransactionKind.SALE).ToDictionary(
                row => row.Id, row => new TransactionRules.Sale(row.CustomerId, row.Amount, row.Refunded, row.IsVoided, row.LocalDay), StringComparer.Ordinal));
        var judgements = TransactionRules.Judge(facts, known, business.Value.Currency, business.Value.TimeZone, now);

        // By id, so that two batches that hold the same ids wait for each other in one order.
        var accepted = judgements
            .Where(judgement => judgement.Outcome.Status == TransactionStatus.Accepted)
            .OrderBy(judgement => judgement.Fact.TransactionId, StringComparer.Ordinal)
            .ToArray();
        if (accepted.Length > 0)
        {
            await tiers.BeginAsync();
            if (await InsertAsync(session, accepted, now) < accepted.Length)
            {
                return ActivityProblems.TakenMeanwhile;
            }

            await InsertItemsAsync(session, accepted);
            await ReverseSalesAsync(session, accepted);
            await RefreshMetrics.ExecuteAsync(session, Array.ConvertAll(accepted, judgement => judgement.Change), now);

            // Sales first, as they were judged: what came before its sale counts right after it.
            foreach (var judgement in judgements.Where(one => one.After is not null).OrderBy(one => one.Fact.Kind != TransactionKind.SALE))
            {
                tiers.Follow(Math.Max(judgement.Fact.Place, judgement.After!.Place), judgement.Effect);
            }
        }

        return judgements.Select(judgement => judgement.Outcome).ToArray();
    }

    /// <summary>Whose the recorded ones of these sales are.</summary>
    internal async Task<Dictionary<string, Guid>> FindBuyersAsync(Session session, IEnumerable<string> sales)
    {
        var ids = IdsOf(session, sales);
        if (!ids.Told.Any())
        {
            return [];
        }

        var buyers = (await ReadAsync(session, ids)).Where(row => row.Kind == TransactionKind.SALE).ToDictionary(row => row.Id, row => row.CustomerId, StringComparer.Ordinal);
        var recorded = buyers.Keys.ToHashSet(StringComparer.Ordinal);
        return ids.Told.Where(id => recorded.Contains(ids.Kept(id, recorded, isErased: false)))
            .ToDictionary(id => id, id => buyers[ids.Kept(id, recorded, isErased: false)], StringComparer.Ordinal);
    }

    private RecordedIds IdsOf(Session session, IEnumerable<string> told) => RecordedIds.Of(erased, session.Business, told.Where(TransactionRules.IsId));

    /// <summary>About an erased customer only ids and figures are kept; one's sale is found by the id it was given with where it came before and that could stay, else by the one it has now.</summary>
    private static TransactionFact AsKept(TransactionFact fact, RecordedIds ids, IReadOnlySet<string> recorded, bool isErased) => fact with
    {
        TransactionId = ids.Kept(fact.TransactionId, recorded, isErased),
        OriginalTransactionId = fact.OriginalTransactionId is { } original ? ids.Kept(original, recorded, isErased) : null,
        Items = isErased ? [] : fact.Items,
    };

    private static Task<IReadOnlyList<TransactionRow>> ReadAsync(Session session, RecordedIds ids) => session.QueryAsync<TransactionRow>(
        """
        select id, customer_id as customerid, kind, amount, reversed_amount as refunded, is_voided as isvoided, local_day as localday
        from transactions
        where business_id = @business and id = any(@ids)
        """,
        new { business = session.Business, ids = ids.Candidates });

    private static async Task<int> InsertAsync(Session session, TransactionRules.Judgement[] accepted, DateTimeOffset now) =>
        (await session.QueryAsync<int>(
            """
            insert into transactions (
                business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, original_id, created_at)
            select @business, t.id, t.customer_id, t.kind, t.amount, t.currency, t.occurred_at, t.local_day, t.original_id, @now
            from unnest(@ids::text[], @customers::uuid[], @kinds::text[], @amounts::numeric[], @currencies::text[],
                    @occurredAts::timestamptz[], @localDays::date[], @originals::text[])
                with ordinality as t (id, customer_id, kind, amount, currency, occurred_at, local_day, original_id, position)
            order by t.position
            on conflict (business_id, id) do nothing
            returning 1
            """,
            new
            {
                business = session.Business,
                ids = accepted.Select(one => one.Fact.TransactionId).ToArray(),
                customers = accepted.Select(one => one.Fact.CustomerId).ToArray(),
                kinds = accepted.Select(one => one.Fact.Kind.ToString()).ToArray(),
                amounts = accepted.Select(one => one.Fact.Amount).ToArray(),
                currencies = accepted.Select(one => one.Fact.Currency).ToArray(),
                occurredAts = accepted.Select(one => one.Fact.OccurredAt.UtcDateTime).ToArray(),
                localDays = accepted.Select(one => one.LocalDay).ToArray(),
                originals = accepted.Select(one => one.Fact.OriginalTransactionId).ToArray(),
                now,
            })).Count;

    private static async Task InsertItemsAsync(Session session, TransactionRules.Judgement[] accepted)
    {
        var lines = accepted.SelectMany(one => one.Fact.Items.Select((item, line) => (one.Fact.TransactionId, Line: line + 1, Item: item))).ToArray();
        if (lines.Length == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            """
            insert into transaction_items (business_id, transaction_id, line, product, category, quantity, unit_price)
            select @business, i.transaction_id, i.line, i.product, i.category, i.quantity, i.unit_price
            from unnest(@transactions::text[], @lines::int[], @products::text[], @categories::text[], @quantities::numeric[], @prices::numeric[])
                as i (transaction_id, line, product, category, quantity, unit_price)
            """,
            new
            {
                business = session.Business,
                transactions = lines.Select(line => line.TransactionId).ToArray(),
                lines = lines.Select(line => line.Line).ToArray(),
                products = lines.Select(line => line.Item.Product).ToArray(),
                categories = lines.Select(line => line.Item.Category).ToArray(),
                quantities = lines.Select(line => line.Item.Quantity).ToArray(),
                prices = lines.Select(line => line.Item.UnitPrice).ToArray(),
            });
    }

    private static async Task ReverseSalesAsync(Session session, TransactionRules.Judgement[] accepted)
    {
        var reversed = accepted
            .Where(one => one.Fact.Kind != TransactionKind.SALE)
            .GroupBy(one => one.Fact.OriginalTransactionId!, one => one.Fact, StringComparer.Ordinal)
            .ToArray();
        if (reversed.Length == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            """
            update transactions sale
            set reversed_amount = sale.reversed_amount + r.refunded, is_voided = sale.is_voided or r.is_voided
            from unnest(@ids::text[], @refunded::numeric[], @voided::boolean[]) as r (id, refunded, is_voided)
            where sale.business_id = @business and sale.id = r.id
            """,
            new
            {
                business = session.Business,
                ids = reversed.Select(sale => sale.Key).ToArray(),
                refunded = reversed.Select(sale => sale.Where(fact => fact.Kind == TransactionKind.REFUND).Sum(fact => fact.Amount)).ToArray(),
                voided = reversed.Select(sale => sale.Any(fact => fact.Kind == TransactionKind.VOID)).ToArray(),
            });
    }

    private sealed record TransactionRow
    {
        public required string Id { get; init; }
        public required Guid CustomerId { get; init; }
        public required TransactionKind Kind { get; init; }
        public required decimal Amount { get; init; }
        public required decimal Refunded { get; init; }
        public required bool IsVoided { get; init; }
        public required DateOnly LocalDay { get; init; }
    }
}

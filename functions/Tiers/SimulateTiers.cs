using System.Data;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Evaluates everybody by thresholds that nobody has set, by the very rules of a run, and writes nothing: what a PUT of
/// these and the run after it would do now, grace included.
/// </summary>
public sealed class SimulateTiers(BusinessDatabase database, Cursors cursors, ReadTierSetting read)
{
    private const string List = "tier simulation";

    public async Task<Result<TierSimulation>> ExecuteAsync(Caller caller, SimulatedThresholds asked, CancellationToken cancellation)
    {
        var query = TierConfigurationRow.Write(asked.Thresholds);
        var cursor = cursors.Open<Position>(caller, List, query, asked.Page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        // One instant for all of it: a customer who buys meanwhile is not counted twice.
        return await database.InTransactionAsync(
            caller.Business,
            async session =>
            {
                if (await session.FindAsync<FoundRow>("select id from businesses where id = @business", new { business = session.Business }) is null)
                {
                    return HttpProblems.NotFound;
                }

                var setting = await read.ExecuteAsync(session);
                setting = setting with { Versions = [.. setting.Versions, new TierVersion(setting.Current.Version + 1, asked.Thresholds, setting.Now)] };
                return cursor.Value is { } after
                    ? Answer(setting, asked.Page, await PageAsync(session, setting, after.Id, asked.Page.Rows), null, Cursor)
                    : await WholeAsync(session, setting, asked.Page, Cursor);
            },
            cancellation,
            IsolationLevel.RepeatableRead);

        string Cursor(SimulatedTier last) => cursors.Seal(caller, List, query, new Position(last.CustomerId));
    }

    // The first page comes with the counts, for which everybody is looked at.
    private static async Task<Result<TierSimulation>> WholeAsync(Session session, TierSetting setting, PageRequest page, Func<SimulatedTier, string> cursor)
    {
        var held = await session.QueryAsync<HeldRow>(
            """
            select loyalty_tier as tier, count(*) as customers from customers
            where business_id = @business and deleted_at is null and erased_at is null
            group by loyalty_tier
            """,
            new { business = session.Business });
        var counts = held.ToDictionary(row => (row.Tier, row.Tier), row => row.Customers);
        var (first, graces) = (new List<SimulatedTier>(), 0L);
        foreach (var (from, before) in await TierPartitions.CutAsync(session, TierPartitions.UsualSize))
        {
            foreach (var one in await EvaluateAsync(session, setting, from, before))
            {
                counts[(one.FromTier, one.FromTier)]--;
                counts[(one.FromTier, one.ToTier)] = counts.GetValueOrDefault((one.FromTier, one.ToTier)) + 1;
                graces += one.GraceUntil is null ? 0 : 1;
                if (first.Count < page.Rows)
                {
                    first.Add(one);
                }
            }
        }

        TierMove[] moves = [.. counts.Where(count => count.Value > 0).OrderBy(count => count.Key).Select(count => new TierMove(count.Key.Item1, count.Key.Item2, count.Value))];
        return Answer(setting, page, first, (held.Sum(row => row.Customers), moves, graces), cursor);
    }

    private static async Task<List<SimulatedTier>> PageAsync(Session session, TierSetting setting, Guid after, int rows)
    {
        var found = new List<SimulatedTier>();
        foreach (var (from, before) in await TierPartitions.CutAsync(session, TierPartitions.UsualSize))
        {
            if (before > after && found.Count < rows)
            {
                found.AddRange((await EvaluateAsync(session, setting, from > after ? from : after, before)).Where(one => one.CustomerId != after));
            }
        }

        return [.. found.Take(rows)];
    }

    private static async Task<IReadOnlyList<SimulatedTier>> EvaluateAsync(Session session, TierSetting setting, Guid from, Guid before)
    {
        var cases = await TierCases.ReadAsync(session, setting, await TierCandidates.FindAsync(session, setting, from, before));
        return
        [
            .. cases.Where(one => !one.IsDeleted)
                .Select(one => EvaluateTiers.Review(setting, one))
                .Select(result => new SimulatedTier(
                    result.Case.Id, result.Case.Held, result.State.Held, result.State.Grace == result.Case.State.Grace ? null : result.State.Grace?.Until))
                .Where(one => one.FromTier != one.ToTier || one.GraceUntil is not null)
                .OrderBy(one => one.CustomerId),
        ];
    }

    private static TierSimulation Answer(
        TierSetting setting, PageRequest page, IReadOnlyList<SimulatedTier> rows, (long Customers, IReadOnlyList<TierMove> Moves, long Graces)? counts,
        Func<SimulatedTier, string> cursor)
    {
        var items = page.Of(rows, row => row, cursor);
        return new TierSimulation
        {
            Day = setting.Today,
            Customers = counts?.Customers,
            Moves = counts?.Moves,
            GraceBegins = counts?.Graces,
            Items = items.Items,
            NextCursor = items.NextCursor,
        };
    }

    private sealed record Position(Guid Id);

    private sealed record FoundRow
    {
        public required Guid Id { get; init; }
    }

    private sealed record HeldRow
    {
        public required LoyaltyTier Tier { get; init; }
        public required long Customers { get; init; }
    }
}

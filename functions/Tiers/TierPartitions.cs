using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>Cuts a business's customers into ranges of ids of about the same size, which leave nobody out.</summary>
internal static class TierPartitions
{
    // Read in a fraction of a second, small enough that a kill costs little.
    public const int UsualSize = 10_000;

    public static async Task<IReadOnlyList<(Guid From, Guid Before)>> CutAsync(Session session, int size)
    {
        var firsts = await session.QueryAsync<FirstRow>(
            """
            select customer_id as id
            from (
                select customer_id, row_number() over (order by customer_id) as n from customer_metrics where business_id = @business
            ) numbered
            where n % @size = 1 or @size = 1
            order by customer_id
            """,
            new { business = session.Business, size });
        return [.. firsts.Select((first, number) => (
            number == 0 ? Guid.Empty : first.Id, number + 1 < firsts.Count ? firsts[number + 1].Id : Guid.AllBitsSet))];
    }

    private sealed record FirstRow
    {
        public required Guid Id { get; init; }
    }
}

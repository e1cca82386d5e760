namespace NxLoy.Functions.Customers;

/// <summary>
/// The way to find customers by a filter that few pass: read every one of them by the filter's own index, then order them.
/// </summary>
internal static class FewCustomers
{
    /// <summary>
    /// Up to here reading them all is cheaper than anything else: 1 % of a million. What more customers pass is met soon
    /// enough by walking an order.
    /// </summary>
    public const int Most = 10_000;

    /// <summary>
    /// One statement that reads at most <see cref="Most"/> + 1 ids of <paramref name="source"/> as <c>few</c> and, if they
    /// are few, answers what <paramref name="found"/> makes of them. Its rows also say how many there were, and when
    /// nothing is found one row still does.
    /// </summary>
    /// <param name="found">
    /// Selects class, key and id from <c>few</c> under the condition <c>n.is_few</c>. It looks each customer up by its id
    /// (<c>cross join lateral (... offset 0)</c>): joined freely, a guess of many rows would make it read whole tables.
    /// </param>
    public static string Sql(string source, string found) =>
        $"""
        with few as materialized (
            {source}
            limit {Most + 1}
        ), counted as materialized (
            select count(*) as examined, count(*) <= {Most} as is_few from few
        )
        select n.examined, f.class, f.key::text as key, f.id
        from counted n
        left join lateral (
            {found}
        ) f on true
        """;
}

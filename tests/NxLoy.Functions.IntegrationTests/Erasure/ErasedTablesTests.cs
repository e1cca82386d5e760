using NxLoy.Functions.Erasure;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>The one list of what an erasure does, held against the schema: what the schema has and the list forgets fails here.</summary>
public sealed class ErasedTablesTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task EveryColumnWithPersonalData_IsErased()
    {
        var marked = await app.Database.QueryAsync<string>(
            """
            select c.relname || '.' || a.attname
            from pg_attribute a join pg_class c on c.oid = a.attrelid
            where c.relnamespace = 'public'::regnamespace and col_description(c.oid, a.attnum) like 'pii:%' and a.attgenerated = ''
            """);

        Assert.Equal(
            marked.Order(StringComparer.Ordinal),
            ErasedTables.All.SelectMany(table => table.Columns.Select(column => $"{table.Table}.{column}")).Concat(ErasedTables.ErasedElsewhere).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryTableThatPointsToACustomer_IsErasedOrKeptOnAGround()
    {
        var pointing = await app.Database.QueryAsync<string>(
            """
            select distinct table_name::text from information_schema.columns
            where table_schema = 'public' and (column_name = 'customer_id' or table_name in ('customers', 'audit_log', 'transaction_items'))
            """);

        Assert.Empty(pointing.Except(ErasedTables.All.Select(table => table.Table)).Except(ErasedTables.Kept.Select(table => table.Table)));
        Assert.Empty(ErasedTables.All.Select(table => table.Table).Concat(ErasedTables.Kept.Select(table => table.Table)).Distinct()
            .Except(pointing).Except(["idempotency_keys"])); // which knows its resources by their ids
    }

    [Fact]
    public void NoTable_StandsTwice()
    {
        Assert.Equal(ErasedTables.All.Count, ErasedTables.All.DistinctBy(table => table.Table).Count());
        Assert.Equal(ErasedTables.Kept.Count, ErasedTables.Kept.DistinctBy(table => table.Table).Count());
    }
}

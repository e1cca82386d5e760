using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Walls;

public sealed class RowLevelSecurityTests(TestApp app) : IClassFixture<TestApp>
{
    private BusinessDatabase Tables => app.Host.Services.GetRequiredService<BusinessDatabase>();

    [Fact]
    public async Task QueryThatForgetsItsBusiness_SeesOnlyTheOneThatIsSet()
    {
        var (mine, theirs) = (await app.CustomerAsync(), await app.CustomerAsync(business: app.OtherBusiness));

        var seen = await Tables.QueryAsync<Guid>(app.Business, "select id from customers", null, default);

        Assert.Contains(mine.Id, seen);
        Assert.DoesNotContain(theirs.Id, seen);
    }

    [Fact]
    public async Task RoleAppWithoutABusiness_SeesNothing()
    {
        await app.CustomerAsync();
        await using var connection = new NpgsqlConnection(app.Database.App);
        await connection.OpenAsync();

        foreach (var table in await BusinessOwnedTables())
        {
            await using var count = new NpgsqlCommand($"select count(*) from {table}", connection);
            Assert.Equal(0L, await count.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task TheBusinessDoesNotOutliveItsRoundTrip()
    {
        await app.CustomerAsync();
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(app.Database.App) { MaxPoolSize = 1 }.ConnectionString);
        await using var tables = new BusinessDatabase(source, source);
        Assert.NotEmpty(await tables.QueryAsync<Guid>(app.Business, "select id from customers", null, default));

        await using var connection = await source.OpenConnectionAsync();
        await using var count = new NpgsqlCommand("select count(*) from customers", connection);

        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task RowOfAnotherBusiness_CannotBeWritten()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Tables.QueryAsync<int>(
            app.Business,
            "insert into outbox (id, business_id, type, data, occurred_at) values (@id, @other, 'x', '{}', @now)",
            new { id = Guid.CreateVersion7(), other = app.OtherBusiness, now = DateTimeOffset.UtcNow },
            default));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task EveryTableWithABusiness_HasRowLevelSecurityAndAPolicyForApp()
    {
        var unprotected = await app.Database.QueryAsync<string>(
            """
            select c.relname
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'business_id' and not a.attisdropped)
                and not (c.relrowsecurity
                    and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'one_business'))
            """);

        Assert.Empty(unprotected);
    }

    [Fact]
    public async Task Worker_SeesTheTablesOfItsSweepsAndNoCustomers()
    {
        var readable = await app.Database.QueryAsync<string>(
            """
            select distinct table_name::text from information_schema.column_privileges
            where grantee = 'worker' and table_schema = 'public' order by 1
            """);

        Assert.Equal(
            ["audit_checkpoints", "audit_cuts", "audit_heads", "audit_log", "businesses", "customer_data_exports", "dead_letters", "erasure_ledger", "erasure_requests", "idempotency_keys", "inbox", "metrics_rebuilds", "outbox", "tier_evaluations", "tier_runs", "zone_changes"],
            readable);
    }

    [Fact]
    public async Task AppAndWorker_OwnNothingAndCannotBypassSecurity()
    {
        Assert.Equal(
            ["app false false", "worker false false"],
            await app.Database.QueryAsync<string>(
                """
                select rolname || ' ' || (rolbypassrls or rolsuper or rolcreaterole or rolcreatedb) || ' ' || exists (
                    select from pg_class c where c.relowner = r.oid union all select from pg_proc p where p.proowner = r.oid)
                from pg_roles r where rolname in ('app', 'worker') order by rolname
                """));
    }

    private Task<IReadOnlyList<string>> BusinessOwnedTables() => app.Database.QueryAsync<string>(
        """
        select distinct table_name::text from information_schema.columns
        where table_schema = 'public' and column_name = 'business_id'
        union select 'businesses'
        """);
}

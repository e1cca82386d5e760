using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Database;

public sealed class MigrationTests
{
    [Fact]
    public async Task EightInstancesAtOnce_ApplyEachMigrationOnce()
    {
        await using var database = await TestDatabase.EmptyAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Migrate(database)));

        Assert.Equal(
            Migrations.Known.Select(migration => migration.Version),
            await database.QueryAsync<int>("select version from schema_migrations order by version"));
    }

    [Fact]
    public async Task SchemaNewerThanTheBuild_IsNotServed()
    {
        await using var database = await TestDatabase.CloneAsync();
        await database.QueryAsync<int>("insert into schema_migrations (version, name, applied_at) values (9999, 'from the future', now())");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, TestApp.Settings(database)));

        Assert.Contains("9999", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DatabaseThatKnowsOnlyAscii_IsRefused_BeforeAnythingIsMade()
    {
        await using var database = await TestDatabase.EmptyAsync("template template0 locale 'C'" + (await HasLocaleProvidersAsync() ? " locale_provider libc" : ""));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrate(database));

        Assert.Contains("locale", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await database.QueryAsync<string>("select relname::text from pg_class where relname = 'schema_migrations'"));
    }

    [Fact]
    public async Task WithoutAnOwner_AnOldSchemaIsNotServed()
    {
        await using var database = await TestDatabase.EmptyAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => new Migrations(new DatabaseOptions(database.App, database.Worker, null, null), NullLogger<Migrations>.Instance).ApplyAsync(default));

        Assert.Contains("Database:Owner", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnOwner_ACurrentSchemaIsServed()
    {
        await using var database = await TestDatabase.CloneAsync();

        await new Migrations(new DatabaseOptions(database.App, database.Worker, null, null), NullLogger<Migrations>.Instance).ApplyAsync(default);
    }

    [Fact]
    public void Versions_AreNumberedWithoutGapsFromOne() =>
        Assert.Equal(Enumerable.Range(1, Migrations.Known.Count), Migrations.Known.Select(migration => migration.Version));

    [Fact]
    public async Task EveryColumnOfABusinessOwnedTable_HasATypeThatKeepsItsZone()
    {
        await using var database = await TestDatabase.CloneAsync();

        Assert.Empty(await database.QueryAsync<string>(
            "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public' and data_type = 'timestamp without time zone'"));
    }

    private static async Task<bool> HasLocaleProvidersAsync()
    {
        await using var any = await TestDatabase.EmptyAsync();
        return (await any.QueryAsync<bool>("select current_setting('server_version_num')::int >= 150000"))[0];
    }

    private static Task Migrate(TestDatabase database) =>
        new Migrations(new DatabaseOptions(database.App, database.Worker, database.Owner, null), NullLogger<Migrations>.Instance).ApplyAsync(default);
}

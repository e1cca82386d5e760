using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Postgres;

namespace NxLoy.Functions.IntegrationTests.Database;

/// <summary>A primary and a hot standby that really follows it.</summary>
[Trait("Category", "Slow")]
public sealed class StandbyTests : IAsyncLifetime
{
    private const string Password = "only-for-tests";

    // Below the checkout, since whoever runs PostgreSQL for root can reach that.
    private readonly string folder = Path.Combine(Checkout.Find().Data, $"test-standby-{Guid.NewGuid():N}");
    private PostgresCluster primary = null!;
    private PostgresCluster standby = null!;
    private (int Primary, int Standby) ports;

    [Fact]
    public async Task Reads_GoToTheStandbyWhileThereIsOne_AndToThePrimaryWhenItIsGone()
    {
        await using var services = new ServiceCollection()
            .AddDatabase(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Database:App"] = primary.ConnectionString(ports.Primary),
                ["Database:Worker"] = primary.ConnectionString(ports.Primary),
                ["Database:Standby"] = standby.ConnectionString(ports.Standby),
            }).Build())
            .BuildServiceProvider();
        var tables = services.GetRequiredService<BusinessDatabase>();

        Assert.Equal([true], await tables.QueryStandbyAsync<bool>(Guid.NewGuid(), "select pg_is_in_recovery()", null, default));
        Assert.Equal([false], await tables.QueryAsync<bool>(Guid.NewGuid(), "select pg_is_in_recovery()", null, default));

        await standby.StopAsync();

        Assert.Equal([false], await tables.QueryStandbyAsync<bool>(Guid.NewGuid(), "select pg_is_in_recovery()", null, default));
    }

    public async Task InitializeAsync()
    {
        ports = (FreePort.Choose(), FreePort.Choose());
        var checkout = Checkout.Find();
        var programs = new PostgresPrograms(checkout);
        var account = await PostgresAccount.FindAsync(programs, default);
        primary = new PostgresCluster(programs, account, Path.Combine(folder, "primary"), Password, new Dictionary<string, string>(), Narrator.Silent);
        standby = new PostgresCluster(
            programs, account, Path.Combine(folder, "standby"), Password,
            new Dictionary<string, string> { ["primary_conninfo"] = $"host=127.0.0.1 port={ports.Primary} user=postgres password={Password}" },
            Narrator.Silent);
        await primary.StartAsync(ports.Primary, default);
        await CopyAsync();
        await standby.StartAsync(ports.Standby, default);
    }

    public async Task DisposeAsync()
    {
        await standby.StopAsync();
        await primary.StopAsync();
        await standby.DeleteAsync();
        await primary.DeleteAsync();
        Directory.Delete(folder, recursive: true);
    }

    // What pg_basebackup does, which the pinned package does not bring.
    private async Task CopyAsync()
    {
        var (from, to) = (Path.Combine(folder, "primary", "data"), Path.Combine(folder, "standby", "data"));
        await using var connection = new NpgsqlConnection(primary.ConnectionString(ports.Primary));
        await connection.ExecuteAsync("select pg_backup_start('standby', true)");
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            MakePrivate(directory.Replace(from, to, StringComparison.Ordinal));
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is not ("postmaster.pid" or "postmaster.opts") && !file.Contains("pg_wal", StringComparison.Ordinal))
            {
                File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
            }
        }

        var label = await connection.ExecuteScalarAsync<string>("select labelfile from pg_backup_stop(false)");
        await File.WriteAllTextAsync(Path.Combine(to, "backup_label"), label);
        await File.WriteAllTextAsync(Path.Combine(to, "standby.signal"), "");
    }

    // PostgreSQL refuses a folder that others may enter.
    private static void MakePrivate(string directory)
    {
        Directory.CreateDirectory(directory);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace NxLoy.Functions.Database;

internal static class DatabaseSetup
{
    public static IServiceCollection AddDatabase(this IServiceCollection services, IConfiguration configuration)
    {
        ColumnTypes.Register();
        return services
            .AddSingleton(_ => DatabaseOptions.From(configuration))
            .AddSingleton<Migrations>()
            .AddSingleton<IdempotencyKeys>()
            .AddSingleton<ForgetIdempotencyKeys>()
            .AddSingleton(provider =>
            {
                var options = provider.GetRequiredService<DatabaseOptions>();
                var app = Source("app", options.App);
                return new BusinessDatabase(app, options.Standby is null ? app : StandbyFirst(options.App, options.Standby));
            })
            .AddSingleton(provider => new WorkerDatabase(Source("worker", provider.GetRequiredService<DatabaseOptions>().Worker)));
    }

    // The name is what metrics call the pool; without one it would be the connection string.
    private static NpgsqlDataSource Source(string name, string connectionString) =>
        new NpgsqlDataSourceBuilder(Tuned(connectionString)) { Name = name }.Build();

    /// <summary>Reads from the standby while there is one, and from the primary when it is gone.</summary>
    private static NpgsqlDataSource StandbyFirst(string primary, string standby)
    {
        var both = new NpgsqlConnectionStringBuilder(Tuned(standby)) { Host = string.Join(',', HostsOf(standby).Concat(HostsOf(primary)).Distinct()) };
        return new NpgsqlDataSourceBuilder(both.ConnectionString) { Name = "standby" }.BuildMultiHost().WithTargetSession(TargetSessionAttributes.PreferStandby);
    }

    private static IEnumerable<string> HostsOf(string connectionString)
    {
        var parsed = new NpgsqlConnectionStringBuilder(connectionString);
        return (parsed.Host ?? "").Split(',').Select(host => host.Contains(':', StringComparison.Ordinal) ? host : FormattableString.Invariant($"{host}:{parsed.Port}"));
    }

    /// <summary>
    /// Statements are prepared by themselves, and a connection goes back to the pool as it is: nothing here changes a
    /// session beyond its transaction (the business is set for one transaction only), and the seven statements that would
    /// undo it cost PostgreSQL more than reading a profile.
    /// </summary>
    internal static string Tuned(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        MaxAutoPrepare = 200,
        AutoPrepareMinUsages = 2,
        NoResetOnClose = true,
        ApplicationName = "nxloy",
    }.ConnectionString;
}

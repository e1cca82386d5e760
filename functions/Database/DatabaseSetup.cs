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
                return new BusinessDatabase(Source(options.App), Source(options.Standby ?? options.App));
            })
            .AddSingleton(provider => new WorkerDatabase(Source(provider.GetRequiredService<DatabaseOptions>().Worker)));
    }

    private static NpgsqlDataSource Source(string connectionString) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, ApplicationName = "nxloy" }.ConnectionString);
}

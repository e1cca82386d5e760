using System.Diagnostics;
using Npgsql;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>The two businesses of a local stack. In production they come by event from the module that owns them.</summary>
internal static class Businesses
{
    public static async Task EnsureAsync(string owner, IReadOnlyList<Business> businesses, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(owner);
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100, cancellationToken))
        {
            try
            {
                foreach (var business in businesses)
                    await InsertAsync(database, business, cancellationToken);
                return;
            }
            catch (PostgresException early) when (
                early.SqlState == PostgresErrorCodes.UndefinedTable && watch.Elapsed < TimeSpan.FromSeconds(30))
            {
                // The app makes its tables as it starts.
            }
        }
    }

    private static async Task InsertAsync(NpgsqlDataSource database, Business business, CancellationToken cancellationToken)
    {
        await using var insert = database.CreateCommand(
            """
            insert into businesses (id, name, status, time_zone, currency, default_region, created_at, updated_at)
            values (@id, @name, 'ACTIVE', 'UTC', 'USD', 'US', @now, @now)
            on conflict do nothing
            """);
        insert.Parameters.AddWithValue("id", business.Id);
        insert.Parameters.AddWithValue("name", business.Name);
        insert.Parameters.AddWithValue("now", TimeProvider.System.GetUtcNow());
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}

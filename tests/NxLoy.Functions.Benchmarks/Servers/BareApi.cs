using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>
/// The yardstick: an ASP.NET Core minimal API that reads one customer by the app's own statement and answers the same
/// bytes. No token, no tenant (the tables' owner, whom row-level security does not concern), no audit, no functions.
/// </summary>
internal static class BareApi
{
    public const string Command = "bare-api";
    private const string Connection = "BARE_DATABASE";

    public static async Task<int> ServeAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        await using var source = NpgsqlDataSource.Create(DatabaseSetup.Tuned(Environment.GetEnvironmentVariable(Connection)!));
        var sql = GetCustomer.Sql.Replace("@business", "$1", StringComparison.Ordinal)
            .Replace("@id", "$2", StringComparison.Ordinal).Replace("@seesDeleted", "$3", StringComparison.Ordinal);
        var business = BenchDatabase.Business;
        using var thresholds = new ThresholdCache(new BusinessDatabase(source, source), []);
        var loyalty = new LoyaltyOfCustomer(thresholds);

        app.MapGet("/", () => "up");
        app.MapGet("/customers/{id:guid}", async (Guid id, CancellationToken cancellation) =>
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = business });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = false });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (!await reader.ReadAsync(cancellation))
            {
                return Results.NotFound();
            }

            var row = Read(reader);
            var read = await loyalty.ReadAsync(row.Loyalty, business, row.LoyaltyTier, row.TierUpdatedAt, session: null, cancellation);
            return Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(row.ToProfile(TimeProvider.System.GetUtcNow(), read), Json.Options), "application/json; charset=utf-8");
        });
        await app.RunAsync();
        return 0;
    }

    public static Dictionary<string, string> Settings(BenchDatabase database) => new() { [Connection] = database.Owner };

    private static CustomerRow Read(DbDataReader row) => new()
    {
        Id = row.GetGuid(0),
        ExternalId = Text(row, 1),
        Email = row.GetString(2),
        Phone = Text(row, 3),
        FirstName = Text(row, 4),
        LastName = Text(row, 5),
        DateOfBirth = row.IsDBNull(6) ? null : row.GetFieldValue<DateOnly>(6),
        PreferredLanguage = row.GetString(7),
        TelegramChatId = Text(row, 8),
        LoyaltyTier = Enum.Parse<LoyaltyTier>(row.GetString(9)),
        TierUpdatedAt = row.GetFieldValue<DateTimeOffset>(10),
        IsActive = row.GetBoolean(11),
        ReferralCode = row.GetString(12),
        ReferredBy = row.IsDBNull(13) ? null : row.GetGuid(13),
        Tags = row.GetFieldValue<string[]>(14),
        TotalSpent = row.GetDecimal(15),
        VisitCount = row.GetInt32(16),
        LastVisitAt = row.IsDBNull(17) ? null : row.GetFieldValue<DateTimeOffset>(17),
        LastVisitOn = row.IsDBNull(18) ? null : row.GetFieldValue<DateOnly>(18),
        Version = row.GetInt64(19),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(20),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(21),
        DeletedAt = row.IsDBNull(22) ? null : row.GetFieldValue<DateTimeOffset>(22),
        TimeZone = row.GetString(23),
        Loyalty = row.GetString(24),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

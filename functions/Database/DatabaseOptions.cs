using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Database;

/// <summary>Connection strings (Npgsql's format), from the settings Database:App, Worker, Owner and Standby.</summary>
/// <param name="App">The role app: requests, one business at a time.</param>
/// <param name="Worker">The role worker: sweeps and timers.</param>
/// <param name="Owner">The schema's owner, for migrations; null where they are applied by other means.</param>
/// <param name="Standby">A hot standby for reads that may lag; null reads from the primary.</param>
public sealed record DatabaseOptions(string App, string Worker, string? Owner, string? Standby)
{
    public static DatabaseOptions From(IConfiguration configuration) => new(
        Required(configuration, "Database:App"),
        Required(configuration, "Database:Worker"),
        configuration["Database:Owner"],
        configuration["Database:Standby"]);

    private static string Required(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value
            : throw new InvalidOperationException($"The setting {name} is missing: a PostgreSQL connection string. See docs/settings.md.");
}

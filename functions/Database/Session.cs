using System.Runtime.CompilerServices;
using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>A transaction as one business. A statement carries the business with it where it is not set already.</summary>
public sealed class Session
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly CancellationToken cancellation;

    // Which business the transaction runs as at the moment, shared by all its sessions.
    private readonly StrongBox<Guid?> current;

    internal Session(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid business, CancellationToken cancellation)
        : this(connection, transaction, business, new StrongBox<Guid?>(), [], cancellation)
    {
    }

    private Session(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid business, StrongBox<Guid?> current, HashSet<Guid> announcements,
        CancellationToken cancellation)
    {
        (this.connection, this.transaction, this.current, this.cancellation) = (connection, transaction, current, cancellation);
        (Business, Announcements) = (business, announcements);
    }

    public Guid Business { get; }

    /// <summary>What is told once the transaction has committed, by all its sessions.</summary>
    internal HashSet<Guid> Announcements { get; }

    /// <summary>The same transaction as another business, for the few acts on two; both sessions stay usable.</summary>
    public Session As(Guid business) => new(connection, transaction, business, current, Announcements, cancellation);

    /// <summary>Tells <see cref="BusinessDatabase.Announced"/> the key if and when the transaction commits.</summary>
    public void Announce(Guid key) => Announcements.Add(key);

    /// <summary>Runs one statement and answers its rows.</summary>
    /// <param name="patience">For how long; half a minute unless given, which is long for anything that somebody waits for.</param>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null, TimeSpan? patience = null)
    {
        var isSet = current.Value == Business;
        var rows = await BusinessDatabase.ReadAsync<T>(connection, transaction, isSet ? null : Business, sql, args, cancellation, patience);
        current.Value = Business;
        return rows;
    }

    /// <summary>The first row, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(string sql, object? args = null) where T : class =>
        (await QueryAsync<T>(sql, args)) is [var first, ..] ? first : null;

    /// <summary>Holds a lock with others who share it, until the transaction ends. What was committed before it was given is seen by the next statement.</summary>
    /// <param name="name">Of this business's locks.</param>
    public Task ShareLockAsync(string name) => ExecuteAsync("select 1 from pg_advisory_xact_lock_shared(hashtextextended(@key, 0))", new { key = KeyOf(name) });

    /// <summary>Waits for all who share a lock, and lets none begin until the transaction ends.</summary>
    /// <param name="name">Of this business's locks.</param>
    public Task TakeLockAsync(string name) => ExecuteAsync("select 1 from pg_advisory_xact_lock(hashtextextended(@key, 0))", new { key = KeyOf(name) });

    private string KeyOf(string name) => $"{name} {Business:N}";

    /// <summary>Runs one statement that answers no rows.</summary>
    public Task ExecuteAsync(string sql, object? args = null) => QueryAsync<int>(sql, args);
}

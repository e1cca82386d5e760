using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>
/// Writes this process's chain of the audit log. Requests that wait at the same time share one commit, so that waiting
/// costs little: while one batch is being written the next one gathers.
/// </summary>
public sealed partial class AuditLog(WorkerDatabase database, AuditChain chain, AuditCheckpoints checkpoints, TimeProvider time, ILogger<AuditLog> logger)
    : IHostedLifecycleService
{
    private const int BatchSize = 500;

    /// <summary>
    /// A chain that was silent for so long is over and another begins. Far less than the shortest retention: nothing that
    /// was removed can ever be gone on with.
    /// </summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
    private Guid writer = Guid.CreateVersion7();
    private DateTimeOffset lastWritten;
    private (long Sequence, byte[] Mac) head = (0, AuditChain.Start);
    private Task writing = Task.CompletedTask;

    /// <summary>Completes when the entry is committed; until then no answer may leave.</summary>
    public Task RecordAsync(AuditEntry entry)
    {
        var waiting = new Waiting(entry);
        return queue.Writer.TryWrite(waiting) ? waiting.Committed.Task : Task.FromException(new OperationCanceledException("The app is stopping."));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>By now every request has been answered: write what is left, and sign it.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await writing.WaitAsync(cancellationToken);
        try
        {
            await checkpoints.SignAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            // Another instance, or the next start, signs these rows.
            Log.NotSigned(logger, exception);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WriteAllAsync()
    {
        await foreach (var first in queue.Reader.ReadAllAsync())
        {
            var batch = new List<Waiting> { first };
            while (batch.Count < BatchSize && queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await WriteAsync(batch);
        }
    }

    private async Task WriteAsync(List<Waiting> batch)
    {
        try
        {
            if (time.Now() - lastWritten > LongestSilence)
            {
                (writer, head) = (Guid.CreateVersion7(), (0, AuditChain.Start));
            }

            head = await InsertAsync(batch, head);
            lastWritten = time.Now();
            Telemetry.AuditBatchSize.Record(batch.Count);
            batch.ForEach(waiting => waiting.End());
        }
        catch (Exception exception)
        {
            // Perhaps committed, perhaps not: a chain that goes on after a doubt could fork, so it ends, and the
            // requests fail. The next batch begins where the database says the chain is.
            Log.Failed(logger, batch.Count, exception);
            batch.ForEach(waiting => waiting.Committed.SetException(exception));
            await ResumeAsync();
        }
    }

    private async Task<(long Sequence, byte[] Mac)> InsertAsync(List<Waiting> batch, (long Sequence, byte[] Mac) from)
    {
        var macs = new byte[batch.Count][];
        var mac = from.Mac;
        for (var i = 0; i < batch.Count; i++)
        {
            mac = macs[i] = chain.Link(mac, batch[i].Entry.Canonical(writer, from.Sequence + i + 1));
        }

        var entries = batch.ConvertAll(waiting => waiting.Entry);
        await database.QueryAsync<int>(
            """
            with head as (
                insert into audit_heads (writer, sequence, mac) values (@writer, @from + cardinality(@macs), @last)
                on conflict (writer) do update set sequence = excluded.sequence, mac = excluded.mac
            )
            insert into audit_log (writer, sequence, occurred_at, business_id, caller, roles, action, route, customers, correlation_id, mac)
            select @writer, @from + n, occurred_at, business_id, caller, roles, action, route,
                string_to_array(customers, ',')::uuid[], correlation_id, mac
            from unnest(@at, @businesses, @callers, @roles, @actions, @routes, @customers, @correlations, @macs)
                with ordinality as e (occurred_at, business_id, caller, roles, action, route, customers, correlation_id, mac, n)
            """,
            new
            {
                writer,
                from = from.Sequence,
                at = entries.ConvertAll(entry => entry.OccurredAt.UtcDateTime),
                businesses = entries.ConvertAll(entry => entry.BusinessId),
                callers = entries.ConvertAll(entry => entry.Caller),
                roles = entries.ConvertAll(entry => entry.Roles),
                actions = entries.ConvertAll(entry => entry.Action),
                routes = entries.ConvertAll(entry => entry.Route),
                customers = entries.ConvertAll(entry => string.Join(',', entry.Customers)),
                correlations = entries.ConvertAll(entry => entry.CorrelationId),
                macs,
                last = mac,
            },
            CancellationToken.None);
        return (from.Sequence + batch.Count, mac);
    }

    private async Task ResumeAsync()
    {
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = TimeSpan.FromMilliseconds(Math.Min(2000, pause.TotalMilliseconds * 2)))
        {
            try
            {
                var rows = await database.QueryAsync<Head>(
                    "select sequence, mac from audit_heads where writer = @writer", new { writer }, CancellationToken.None);
                head = rows is [var last] ? (last.Sequence, last.Mac) : (0, AuditChain.Start);
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(pause);
            }
        }
    }

    private sealed record Waiting(AuditEntry Entry)
    {
        private readonly long since = Stopwatch.GetTimestamp();

        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End()
        {
            Telemetry.AuditWait.Record(Stopwatch.GetElapsedTime(since).TotalSeconds);
            Committed.SetResult();
        }
    }

    private sealed record Head
    {
        public required long Sequence { get; init; }
        public required byte[] Mac { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The audit rows of {Count} requests could not be written; the requests fail")]
        public static partial void Failed(ILogger logger, int count, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The audit log could not be signed at shutdown")]
        public static partial void NotSigned(ILogger logger, Exception exception);
    }
}

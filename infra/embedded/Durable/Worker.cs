using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// This process as an owner of work. What it has claimed is its own while it gives signs of life; when they stop for longer
/// than the lease, others take over. Machine time, by the one clock that all processes share: the database's.
/// </summary>
internal sealed class Worker(HostDatabase database, DurableOptions options, ILogger<Worker> log) : BackgroundService
{
    /// <summary>
    /// Whether the row has no owner, or another than $1 who is gone; for a where clause on a table with a column worker. What
    /// is in the asking process's own name it works on, however long it stood still; or its next sign of life frees it.
    /// </summary>
    public const string OwnsNothing =
        """
        (worker is null or (worker <> $1
          and not exists (select from functions_host.durable_workers w where w.id = worker and w.alive_until > clock_timestamp())))
        """;

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> instances = new();
    private readonly ConcurrentDictionary<long, bool> activities = new();

    // Not the host's stop: while activities drain, this process is still alive.
    private readonly CancellationTokenSource retiring = new();

    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Claims, and remembers what was claimed, while no sign of life looks at what is remembered.</summary>
    public async Task<List<T>> ClaimAsync<T>(Func<Task<List<T>>> claim, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var claimed = await claim();
            foreach (var one in claimed)
            {
                if (one is ClaimedInstance instance)
                    instances[instance.Id] = true;
                else if (one is ActivityCall activity)
                    activities[activity.Id] = true;
            }

            return claimed;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Forget(ClaimedInstance instance) => instances.TryRemove(instance.Id, out _);

    public void Forget(ActivityCall activity) => activities.TryRemove(activity.Id, out _);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await SignalAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Gives back at once what a dead process would keep for the length of its lease.</summary>
    public async Task RetireAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await retiring.CancelAsync();
            await using var command = database.Source.Command("delete from functions_host.durable_workers where id = $1", Id);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Waits for the last sign of life, which <see cref="RetireAsync"/> brings about.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken) =>
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public override void Dispose()
    {
        gate.Dispose();
        retiring.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!retiring.IsCancellationRequested)
        {
            await Task.Delay(options.Lease / 4, TimeProvider.System, retiring.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await SignalAsync(CancellationToken.None);
            }
            catch (NpgsqlException exception)
            {
                log.NoSignOfLife(exception);
            }
        }
    }

    // A claim or a commit whose answer was lost leaves rows in this process's name that it does not work on: freed here.
    private async Task SignalAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (retiring.IsCancellationRequested)
                return;
            await using var batch = database.Source.CreateBatch();
            batch.Add(
                """
                insert into functions_host.durable_workers (id, alive_until) values ($1, clock_timestamp() + $2)
                on conflict (id) do update set alive_until = excluded.alive_until
                """,
                Id, options.Lease);
            batch.Add("update functions_host.durable_instances set worker = null where worker = $1 and id <> all($2)", Id, instances.Keys.ToArray());
            batch.Add("update functions_host.durable_activities set worker = null where worker = $1 and id <> all($2)", Id, activities.Keys.ToArray());
            batch.Add("delete from functions_host.durable_workers where alive_until < clock_timestamp() - interval '1 hour'");
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }
}

using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Observability;

/// <summary>Asks everything a request cannot do without whether it answers, and the rest that there is, all at once.</summary>
public sealed partial class CheckReadiness(
    BusinessDatabase app, WorkerDatabase worker, BlobStorage storage, IEnumerable<OptionalDependency> optional, ILogger<CheckReadiness> logger)
{
    /// <summary>Machine time: a dependency that takes longer counts as down, before the prober itself gives up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<Readiness> ExecuteAsync(CancellationToken cancellation)
    {
        var others = Task.WhenAll(optional.Where(one => one.IsConfigured()).Select(one => CheckAsync(one.Name, one.Ask, cancellation)));
        var needed = await Task.WhenAll(
        [
            CheckAsync("postgresql-app", patience => app.QueryAsync<int>(Guid.Empty, "select 1", null, patience), cancellation),
            CheckAsync("postgresql-worker", patience => worker.QueryAsync<int>("select 1", null, patience), cancellation),
            .. storage.IsConfigured ? [CheckAsync("blob-storage", storage.PingAsync, cancellation)] : (Task<Dependency>[])[],
        ]);
        return new Readiness(
            !Array.TrueForAll(needed, IsUp) ? "unready" : Array.TrueForAll(await others, IsUp) ? "ready" : "degraded", [.. needed, .. await others]);
    }

    private static bool IsUp(Dependency dependency) => dependency.State == "up";

    private Task<Dependency> CheckAsync(string name, Func<CancellationToken, Task> ask, CancellationToken cancellation) => CheckAsync(
        name,
        async patience =>
        {
            await ask(patience);
            return new Dependency(name, "up");
        },
        cancellation);

    private async Task<Dependency> CheckAsync(string name, Func<CancellationToken, Task<Dependency>> ask, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await ask(patience.Token);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // Why is for the log: the answer is open to everyone, and the message may hold addresses and names.
            Log.Down(logger, name, exception);
            return new Dependency(name, "down");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Dependency} does not answer")]
        public static partial void Down(ILogger logger, string dependency, Exception exception);
    }
}

using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// The orchestrations of erasures. The row says what is wanted; the orchestration only has to be there and be told to look
/// again, so a request does not fail because that did: the sweep does it later.
/// </summary>
public sealed partial class ErasureInstances(BusinessDatabase database, ILogger<ErasureInstances> logger)
{
    /// <summary>After a change of an erasure: starts its orchestration or has it look again.</summary>
    public async Task<Result<ErasureRequest>> WakeAsync(DurableTaskClient client, Guid business, ErasureRequest changed, CancellationToken cancellation)
    {
        await TryAsync(client, new ErasureKey(business, changed.Id), cancellation);
        return changed;
    }

    /// <summary>After a change of a customer's holds: the same for its open erasure, if it has one.</summary>
    public async Task<Result<T>> WakeOfCustomerAsync<T>(DurableTaskClient client, Guid business, T changed, Guid customer, CancellationToken cancellation)
    {
        foreach (var id in await database.QueryAsync<Guid>(
            business,
            "select id from erasure_requests where business_id = @business and customer_id = @customer and status in ('PENDING', 'APPROVED', 'PROCESSING')",
            new { business, customer },
            cancellation))
        {
            await TryAsync(client, new ErasureKey(business, id), cancellation);
        }

        return changed;
    }

    /// <summary>Starts the orchestration where there is none that runs, else has it look at its row again.</summary>
    public static async Task EnsureAsync(DurableTaskClient client, ErasureKey erasure, CancellationToken cancellation)
    {
        if (!await client.EnsureAsync(nameof(ErasureOrchestration.EraseCustomer), erasure, erasure.InstanceId, cancellation))
        {
            await client.RaiseEventAsync(erasure.InstanceId, ErasureOrchestration.Changed, cancellation: cancellation);
        }
    }

    /// <summary>Takes an ended request's orchestration away. One that has not heard yet is told, and false answered.</summary>
    public static async Task<bool> ForgetAsync(DurableTaskClient client, ErasureKey erasure, CancellationToken cancellation)
    {
        var found = await client.GetInstanceAsync(erasure.InstanceId, cancellation);
        if (found is { IsCompleted: false })
        {
            await client.RaiseEventAsync(erasure.InstanceId, ErasureOrchestration.Changed, cancellation: cancellation);
            return false;
        }

        if (found is not null)
        {
            await client.PurgeInstanceAsync(erasure.InstanceId, cancellation);
        }

        return true;
    }

    private async Task TryAsync(DurableTaskClient client, ErasureKey erasure, CancellationToken cancellation)
    {
        try
        {
            await EnsureAsync(client, erasure, cancellation);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            Log.NotWoken(logger, erasure.Id, failed);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The orchestration of erasure {Erasure} could not be reached; the next sweep will try")]
        public static partial void NotWoken(ILogger logger, Guid erasure, Exception exception);
    }
}

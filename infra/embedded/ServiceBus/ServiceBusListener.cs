using System.Collections.Concurrent;
using System.Net.Sockets;
using Amqp;
using Azure.Messaging.ServiceBus;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>
/// Runs one function for the messages of its queue or subscription: single messages side by side, batches one after the
/// other. While the broker is away it goes on trying.
/// </summary>
/// <param name="working">Cancelled when functions should come to an end.</param>
internal sealed class ServiceBusListener(
    Function function, string entity, ServiceBusAddress address, ServiceBusOptions options, FunctionPipeline pipeline, IServiceProvider services,
    ILogger log, CancellationToken working) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ServiceBusTriggerAttribute trigger = (ServiceBusTriggerAttribute)function.Trigger;
    private readonly SemaphoreSlim turns = new(Math.Max(1, options.MaxConcurrentCalls));
    private readonly ConcurrentDictionary<Task, bool> running = new();

    public string Name => function.Name;
    public string Entity => entity;

    private bool AutoCompletes => trigger.AutoCompleteInForce ?? options.AutoCompleteMessages;

    /// <summary>Ends when it is to stop and every function has ended.</summary>
    public async Task ListenAsync(CancellationToken stopping)
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var receiver = await MessageReceiver.OpenAsync(address, entity, (why, count) => log.NotRenewed(why, count, entity), stopping);
                log.Receiving(function.Name, entity, address);
                pause = FirstPause;
                await (trigger.IsBatched ? TakeBatchesAsync(receiver, stopping) : TakeSinglesAsync(receiver, stopping));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception gone) when (gone is AmqpException or SocketException or IOException or TimeoutException or OperationCanceledException or System.Security.Authentication.AuthenticationException or InvalidOperationException)
            {
                // Once an outage: the first pause tells that it has just begun.
                if (pause == FirstPause)
                    log.NotReceiving(gone, function.Name, entity, address);
            }

            await Task.Delay(pause, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        // Those of a connection that was lost.
        await Task.WhenAll(running.Keys);
    }

    public void Dispose() => turns.Dispose();

    private async Task TakeBatchesAsync(MessageReceiver receiver, CancellationToken stopping)
    {
        var onTheWay = 0;
        while (true)
        {
            var wanted = options.MaxMessageBatchSize + options.PrefetchCount - onTheWay;
            receiver.Grant(wanted);
            onTheWay += wanted;
            var batch = await receiver.TakeAsync(options.MaxMessageBatchSize, options.MinMessageBatchSize, options.MaxBatchWaitTime, stopping);
            onTheWay -= batch.Length;
            if (batch.Length == 0)
                break;
            if (stopping.IsCancellationRequested)
            {
                Release(receiver, batch);
                break;
            }

            // As on the real host a batch's locks are its function's own to renew.
            await RunAsync(receiver, batch);
        }

        await WhyAsync(receiver, stopping);
    }

    private async Task TakeSinglesAsync(MessageReceiver receiver, CancellationToken stopping)
    {
        receiver.Grant(options.MaxConcurrentCalls + options.PrefetchCount);
        while (await IsMyTurnAsync(stopping))
        {
            ServiceBusReceivedMessage[] taken = [];
            try
            {
                taken = await receiver.TakeAsync(max: 1, min: 1, TimeSpan.Zero, stopping);
            }
            finally
            {
                if (taken.Length == 0)
                    turns.Release();
            }

            if (taken is not [var message])
                break;
            receiver.Renewal.Hold(message, AmqpValues.Sum(DateTimeOffset.UtcNow, options.MaxAutoLockRenewalDuration));
            var run = Task.Run(() => RunInTurnAsync(receiver, message, stopping), CancellationToken.None);
            running[run] = true;
            _ = run.ContinueWith(done => running.TryRemove(done, out _), TaskScheduler.Default);
        }

        // What they leave is settled on this connection.
        if (stopping.IsCancellationRequested)
            await Task.WhenAll(running.Keys);
        await WhyAsync(receiver, stopping);
    }

    private async Task<bool> IsMyTurnAsync(CancellationToken stopping)
    {
        try
        {
            await turns.WaitAsync(stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task RunInTurnAsync(MessageReceiver receiver, ServiceBusReceivedMessage message, CancellationToken stopping)
    {
        try
        {
            await RunAsync(receiver, [message]);
        }
        finally
        {
            if (!stopping.IsCancellationRequested)
                receiver.Grant(1);
            turns.Release();
        }
    }

    private async Task RunAsync(MessageReceiver receiver, ServiceBusReceivedMessage[] messages)
    {
        var isDone = true;
        try
        {
            await pipeline.RunAsync(function, new MessageCall(messages, trigger.IsBatched, new ServiceBusMessageActions(receiver.Settlement)), services, working);
        }
#pragma warning disable CA1031 // Whatever a function throws, its messages come again; the pipeline has logged it
        catch (Exception)
#pragma warning restore CA1031
        {
            isDone = false;
        }

        await EndAsync(receiver, messages, isDone);
    }

    /// <summary>Completes what a function that succeeded left unsettled, if it wants that, and gives back what one that failed did.</summary>
    private async Task EndAsync(MessageReceiver receiver, ServiceBusReceivedMessage[] messages, bool isDone)
    {
        var left = messages.Where(message => !message.IsSettled).ToList();
        try
        {
            await Task.WhenAll(left.Select(message =>
            {
                receiver.Renewal.Forget(message);
                return !isDone ? receiver.Settlement.AbandonAsync(message, null, CancellationToken.None)
                    : AutoCompletes ? receiver.Settlement.CompleteAsync(message, CancellationToken.None)
                    : Task.CompletedTask;
            }));
        }
        catch (RpcException lost)
        {
            log.NotSettled(lost, function.Name, left.Count, entity);
        }
    }

    private static void Release(MessageReceiver receiver, ServiceBusReceivedMessage[] messages)
    {
        try
        {
            foreach (var message in messages)
                receiver.Settlement.Release(message);
        }
        catch (RpcException)
        {
            // They are the broker's again anyway.
        }
    }

    // There was nothing more to take: because this host stops, or because the broker has gone, which says why.
    private static Task WhyAsync(MessageReceiver receiver, CancellationToken stopping) =>
        stopping.IsCancellationRequested ? Task.CompletedTask : receiver.Arrived.Completion;
}

using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// A small broker for the app's own queues and topics, as far as the app uses Service Bus. It starts before everything that
/// may talk to it and ends after it.
/// </summary>
internal sealed class MessageBroker : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(1);
    private const int SweepsUntilAllIsSwept = 60;
    private const int MostAtOnce = 500;

    private readonly BrokerEndpoint endpoint;
    private readonly BrokerOptions options;
    private readonly MessageStore store;
    private readonly ILogger<MessageBroker> log;
    private readonly GroupCommit<(Arrival Arrival, MessageContext Context)> arrivals;
    private readonly GroupCommit<Settlement> settlements;
    private readonly ConcurrentDictionary<string, QueueDispatcher> dispatchers = new();
    private readonly ConcurrentBag<Task> dispatching = [];
    private readonly CancellationTokenSource stopping = new();
    private Task[] running = [];
    private bool retiring;

    public MessageBroker(BrokerEndpoint endpoint, BrokerOptions options, MessageStore store, Entities entities, ILogger<MessageBroker> log)
    {
        (this.endpoint, this.options, this.store, this.log) = (endpoint, options, store, log);
        Entities = entities;
        arrivals = new(StoreAsync, MostAtOnce);
        settlements = new(SettleAsync, MostAtOnce);
    }

    public Entities Entities { get; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // What a broker that was killed had locked is free when its lease is over.
        await store.SweepAsync(all: true, cancellationToken);
        running = [arrivals.RunAsync(), settlements.RunAsync(), SweepAsync()];
        endpoint.Serve(this);
        log.BrokerListens(endpoint.Port, string.Join(", ", Entities.Queues));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (running.Length == 0)
            return;
        Volatile.Write(ref retiring, true);
        endpoint.Close();
        await stopping.CancelAsync();
        arrivals.Complete();
        settlements.Complete();
        await Task.WhenAll([.. running, .. dispatching]).WaitAsync(cancellationToken);
        await store.RetireAsync();
    }

    public void Enqueue(Arrival arrival, MessageContext context)
    {
        if (!arrivals.Add((arrival, context)))
            context.Complete(NotNow());
    }

    public void Settle(Settlement settlement)
    {
        if (!settlements.Add(settlement))
            settlement.Done(false);
    }

    /// <summary>Settles what nobody waits for.</summary>
    public void Return(IReadOnlyList<LockedMessage> messages, SettlementKind kind)
    {
        foreach (var message in messages)
            Settle(new Settlement(message, Volatile.Read(ref retiring) && kind is SettlementKind.Abandon ? SettlementKind.Release : kind));
    }

    /// <summary>The dispatcher of a queue, which runs from its first link on.</summary>
    public QueueDispatcher DispatcherOf(string queue) => dispatchers.GetOrAdd(queue, name =>
    {
        var dispatcher = new QueueDispatcher(name, this, store, options, log);
        dispatching.Add(Task.Run(() => dispatcher.RunAsync(stopping.Token)));
        return dispatcher;
    });

    /// <returns>Until when each message is locked now; null when one of the locks is gone.</returns>
    public DateTime[]? Renew(string queue, IReadOnlyList<Guid> tokens)
    {
        var until = TimeProvider.System.GetUtcNow().UtcDateTime + options.LockDuration;
        var links = DispatcherOf(queue).Links;
        return tokens.All(token => links.Any(link => link.Renew(token, until))) ? [.. tokens.Select(_ => until)] : null;
    }

    public void Dispose()
    {
        endpoint.Close();
        stopping.Dispose();
    }

    private async Task StoreAsync(IReadOnlyList<(Arrival Arrival, MessageContext Context)> group)
    {
        Error? error = null;
        try
        {
            await store.EnqueueAsync([.. group.Select(one => one.Arrival)]);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.NotStored(exception, group.Count);
            error = NotNow();
        }

        foreach (var (_, context) in group)
            Tell(() =>
            {
                if (error is null)
                    context.Complete();
                else
                    context.Complete(error);
            });
        Wake(group.SelectMany(one => one.Arrival.Queues));
    }

    private async Task SettleAsync(IReadOnlyList<Settlement> group)
    {
        while (true)
        {
            try
            {
                var good = await store.SettleAsync(group);
                foreach (var settlement in group)
                    Tell(() => settlement.Done(good.Contains(settlement.Message.Token)));
                Wake(group.Where(one => one.Kind is not SettlementKind.Complete).SelectMany(one => new[] { one.Message.Queue, one.Message.Queue + Entities.DeadLetterQueue }));
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.NotSettled(exception, group.Count);
                if (stopping.IsCancellationRequested)
                    return;
                await Task.Delay(BetweenSweeps, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SweepAsync()
    {
        for (var sweep = 1; ; sweep++)
        {
            await Task.Delay(BetweenSweeps, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
            foreach (var link in dispatchers.Values.SelectMany(dispatcher => dispatcher.Links))
                link.ReturnExpired(TimeProvider.System.GetUtcNow().UtcDateTime);
            try
            {
                Wake(await store.SweepAsync(sweep % SweepsUntilAllIsSwept == 0, CancellationToken.None));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.BrokerNotSeen(exception);
            }
        }
    }

    private void Wake(IEnumerable<string> queues)
    {
        foreach (var queue in queues.Distinct())
            if (dispatchers.TryGetValue(queue, out var dispatcher))
                dispatcher.Wake();
    }

    // Who is not there any more to be told finds out by asking again.
    private static void Tell(Action answer)
    {
        try
        {
            answer();
        }
        catch (Exception exception) when (exception is AmqpException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private static Error NotNow() => new("com.microsoft:server-busy") { Description = "The broker cannot store messages just now; try again." };
}

using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>Hands the messages of one queue to the links that have credit for them, oldest first, the links in turn.</summary>
internal sealed class QueueDispatcher(string queue, MessageBroker broker, MessageStore store, BrokerOptions options, ILogger log)
{
    private const int MostAtOnce = 256;

    // What another process has put into the queue is found by looking.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly List<OutgoingLink> links = [];
    private TaskCompletionSource next = NewSource();

    public string Queue => queue;

    public void Add(OutgoingLink link)
    {
        lock (gate)
            links.Add(link);
    }

    public void Remove(OutgoingLink link)
    {
        lock (gate)
            links.Remove(link);
    }

    public IReadOnlyList<OutgoingLink> Links
    {
        get
        {
            lock (gate)
                return [.. links];
        }
    }

    /// <summary>Says that there may be a message, or somebody to take one.</summary>
    public void Wake() => Interlocked.Exchange(ref next, NewSource()).TrySetResult();

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        var lost = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var woken = Volatile.Read(ref next).Task;
            var found = 0;
            var waiting = false;
            try
            {
                if (lost)
                    await store.ReleaseAllButAsync(queue, [.. Links.SelectMany(link => link.Tokens)], stoppingToken);
                lost = false;
                foreach (var link in Links)
                {
                    found += await FeedAsync(link, stoppingToken);
                    waiting |= link.Credit > 0;
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // What was locked by a statement whose answer never came is in nobody's hands.
                lost = true;
                log.QueueNotRead(exception, queue);
                await Task.Delay(LookAgain, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (found == 0)
                await woken.WaitAsync(waiting ? LookAgain : Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> FeedAsync(OutgoingLink link, CancellationToken stoppingToken)
    {
        var asked = Math.Min(link.Credit, MostAtOnce);
        if (asked == 0)
            return 0;
        var until = TimeProvider.System.GetUtcNow().UtcDateTime + options.LockDuration;
        var locked = await store.LockAsync(queue, asked, stoppingToken);
        broker.Return([.. locked.Where(message => message.IsExpired)], SettlementKind.Complete);
        broker.Return(link.Deliver([.. locked.Where(message => !message.IsExpired)], until), SettlementKind.Release);
        if (locked.Count < asked)
            link.CompleteDrain();
        return locked.Count;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

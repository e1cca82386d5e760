using System.Collections.Concurrent;
using Amqp;
using Azure.Messaging.ServiceBus;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>Renews the locks of messages at half of their time, in real time: a lock is the broker's, which knows no other.</summary>
internal sealed class LockRenewal : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<ServiceBusReceivedMessage, DateTimeOffset> held = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Lazy<ManagementLink> node;
    private readonly Action<Exception, int> notRenewed;

    /// <param name="node">Asked for only when there is something to renew.</param>
    /// <param name="notRenewed">Hears why, and of how many.</param>
    public LockRenewal(Lazy<ManagementLink> node, Action<Exception, int> notRenewed)
    {
        (this.node, this.notRenewed) = (node, notRenewed);
        _ = RenewDueAsync();
    }

    /// <param name="until">When renewing is over, whatever becomes of the message.</param>
    public void Hold(ServiceBusReceivedMessage message, DateTimeOffset until) => held[message] = until;

    public void Forget(ServiceBusReceivedMessage message) => held.TryRemove(message, out _);

    /// <exception cref="Grpc.Core.RpcException">The lock is lost.</exception>
    public async Task RenewAsync(ServiceBusReceivedMessage message, CancellationToken cancellation)
    {
        try
        {
            await RenewAsync([message], cancellation);
        }
        catch (Exception lost) when (lost is AmqpException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            throw Settlement.Lost(lost);
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        held.Clear();
    }

    private async Task RenewDueAsync()
    {
        using var clock = new PeriodicTimer(Look);
        try
        {
            while (await clock.WaitForNextTickAsync(ending.Token))
            {
                var now = DateTimeOffset.UtcNow;
                foreach (var (message, until) in held)
                    if (message.IsSettled || until < now)
                        held.TryRemove(message, out _);
                ServiceBusReceivedMessage[] due = [.. held.Keys.Where(message => message.RenewAt <= now)];
                if (due.Length > 0)
                    await RenewAllAsync(due);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // One lock that is lost makes the whole request fail: then each is asked for by itself.
    private async Task RenewAllAsync(ServiceBusReceivedMessage[] due)
    {
        try
        {
            await RenewAsync(due, ending.Token);
        }
        catch (Exception) when (due.Length > 1 && !ending.IsCancellationRequested)
        {
            foreach (var message in due)
                await RenewAllAsync([message]);
        }
        catch (Exception lost) when (lost is AmqpException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            held.TryRemove(due[0], out _);
            if (!due[0].IsSettled)
                notRenewed(lost, due.Length);
        }
    }

    private async Task RenewAsync(ServiceBusReceivedMessage[] messages, CancellationToken cancellation)
    {
        var ends = await node.Value.RenewLocksAsync([.. messages.Select(message => message.LockTokenGuid)], cancellation);
        var now = DateTimeOffset.UtcNow;
        foreach (var (message, end) in messages.Zip(ends))
            message.LockUntil(end, now);
    }
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Amqp;
using Amqp.Framing;
using Amqp.Handler;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>
/// Says what becomes of a delivery and hears whether the broker could do it (AMQP's receiver settle mode "second", as
/// Service Bus's own client works). The library's calls settle at once, and nobody would hear of a lock that was lost.
/// </summary>
internal sealed class Dispositions : IHandler
{
    private const string DeliveryType = "Amqp.Delivery, Amqp.Net";

    private readonly ConcurrentDictionary<Message, TaskCompletionSource<DeliveryState>> waiting = new();

    /// <returns>The broker's own last word.</returns>
    /// <exception cref="AmqpException">The connection has gone, before the broker answered.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task<DeliveryState> SendAsync(ReceiverLink link, Message message, DeliveryState outcome, TimeSpan patience)
    {
        var answer = new TaskCompletionSource<DeliveryState>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[message] = answer;
        try
        {
            if (link.IsClosed)
                throw new AmqpException(ErrorCode.DetachForced, "The link is closed.");
            Dispose(link.Session, role: true, DeliveryOf(message), outcome, settled: false);
            return await answer.Task.WaitAsync(patience);
        }
        finally
        {
            waiting.TryRemove(message, out _);
        }
    }

    /// <summary>No more answers come.</summary>
    public void End(Exception reason)
    {
        foreach (var answer in waiting.Values)
            answer.TrySetException(reason);
    }

    bool IHandler.CanHandle(EventId id) => id == EventId.DeliveryStateChanged;

    void IHandler.Handle(Event protocolEvent)
    {
        if (protocolEvent.Context is IDelivery { Settled: true, Message: { } message } delivery && waiting.TryGetValue(message, out var answer))
            answer.TrySetResult(delivery.State);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Delivery")]
    [return: UnsafeAccessorType(DeliveryType)]
    private static extern object DeliveryOf(Message message);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "DisposeDelivery")]
    private static extern void Dispose(Session session, bool role, [UnsafeAccessorType(DeliveryType)] object delivery, DeliveryState state, bool settled);
}

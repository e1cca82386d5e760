using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// A link on which a client receives. It holds what the client has asked for and not settled, nothing else; when it ends, that
/// goes back to the queue at once.
/// </summary>
internal sealed class OutgoingLink(MessageBroker broker, QueueDispatcher queue, ListenerLink link) : LinkEndpoint
{
    private static readonly Symbol LockLost = "com.microsoft:message-lock-lost";

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, (LockedMessage Message, DateTime Until)> unsettled = [];
    private readonly LinkCredit credit = new(link);
    private bool closed;

    /// <summary>How many messages the client is ready to take.</summary>
    public int Credit
    {
        get
        {
            lock (gate)
                return closed ? 0 : credit.Left;
        }
    }

    /// <summary>The locks that the client holds.</summary>
    public IReadOnlyList<Guid> Tokens
    {
        get
        {
            lock (gate)
                return [.. unsettled.Keys];
        }
    }

    public override void OnMessage(MessageContext messageContext)
    {
    }

    public override void OnFlow(FlowContext flowContext)
    {
        lock (gate)
        {
            credit.Add(flowContext);
        }

        queue.Wake();
    }

    /// <summary>Sends; returns what it cannot send any more.</summary>
    public IReadOnlyList<LockedMessage> Deliver(IReadOnlyList<LockedMessage> messages, DateTime until)
    {
        var ready = messages.Select(message => (message, message.Encode(link.SettleOnSend ? null : until))).ToList();
        lock (gate)
        {
            for (var i = 0; i < ready.Count; i++)
            {
                if (closed)
                    return [.. messages.Skip(i)];
                var (message, bytes) = ready[i];
                if (!link.SettleOnSend)
                    unsettled[message.Token] = (message, until);
                credit.Use();
                try
                {
                    link.SendMessage(new OutgoingMessage(message), bytes);
                }
                catch (AmqpException)
                {
                    // The link is closing, and gives back all that is unsettled.
                    return [.. messages.Skip(i).Where(m => !unsettled.ContainsKey(m.Token))];
                }

                if (link.SettleOnSend)
                    broker.Settle(new Settlement(message, SettlementKind.Complete));
            }
        }

        return [];
    }

    /// <summary>There is no more in the queue just now.</summary>
    public void CompleteDrain()
    {
        lock (gate)
        {
            if (!closed)
                credit.Drain();
        }
    }

    public override void OnDisposition(DispositionContext dispositionContext)
    {
        var message = (OutgoingMessage)dispositionContext.Message;
        if (dispositionContext.DeliveryState is Modified { UndeliverableHere: true })
        {
            // As Service Bus's clients defer.
            link.DisposeMessage(message, Refusal(ErrorCode.NotImplemented, "Messages cannot be deferred here."), settled: true);
            return;
        }

        if (KindOf(dispositionContext.DeliveryState, dispositionContext.Settled) is not { } kind)
            return;
        var answers = !dispositionContext.Settled;
        if (!Forget(message.Locked.Token))
        {
            Answer(false);
            return;
        }

        var (reason, description) = dispositionContext.DeliveryState is Rejected { Error: { } error } ? ReasonOf(error) : (null, null);
        broker.Settle(new Settlement(message.Locked, kind) { Reason = reason, Description = description, Done = Answer });

        void Answer(bool good)
        {
            if (answers)
                link.DisposeMessage(message, good ? Done(dispositionContext.DeliveryState) : Refusal(LockLost, "The lock is gone: it expired, or the message was settled."), settled: true);
        }
    }

    /// <summary>Gives back all that is unsettled.</summary>
    public void Close()
    {
        List<LockedMessage> left;
        lock (gate)
        {
            closed = true;
            left = [.. unsettled.Values.Select(one => one.Message)];
            unsettled.Clear();
        }

        queue.Remove(this);
        broker.Return(left, SettlementKind.Abandon);
    }

    /// <summary>Gives back what the client has kept for longer than the lock lasts.</summary>
    public void ReturnExpired(DateTime now)
    {
        List<LockedMessage> expired;
        lock (gate)
        {
            expired = [.. unsettled.Values.Where(one => one.Until <= now).Select(one => one.Message)];
            foreach (var message in expired)
                unsettled.Remove(message.Token);
        }

        broker.Return(expired, SettlementKind.Abandon);
    }

    /// <returns>Whether the lock is this link's, and was still good.</returns>
    public bool Renew(Guid token, DateTime until)
    {
        lock (gate)
        {
            if (!unsettled.TryGetValue(token, out var one))
                return false;
            unsettled[token] = (one.Message, until);
            return true;
        }
    }

    private bool Forget(Guid token)
    {
        lock (gate)
            return unsettled.Remove(token);
    }

    private static SettlementKind? KindOf(DeliveryState? state, bool settled) => state switch
    {
        Accepted => SettlementKind.Complete,
        Rejected => SettlementKind.DeadLetter,
        // Service Bus's own clients abandon by it, and leave delivery-failed unset.
        Modified => SettlementKind.Abandon,
        Released => SettlementKind.Release,
        _ => settled ? SettlementKind.Release : null,
    };

    private static Rejected Refusal(Symbol condition, string description) => new() { Error = new Error(condition) { Description = description } };

    // An error in the broker's last word says that it could not be done: a client's own, why a message is dead, is not repeated.
    private static DeliveryState? Done(DeliveryState? asked) => asked is Rejected ? new Rejected() : asked;

    // Service Bus's clients name the reason in the error's info; others have its condition and description only.
    private static (string? Reason, string? Description) ReasonOf(Error error) =>
        (error.Info?[(Symbol)"DeadLetterReason"] as string ?? error.Condition?.ToString(),
        error.Info?[(Symbol)"DeadLetterErrorDescription"] as string ?? error.Description);
}

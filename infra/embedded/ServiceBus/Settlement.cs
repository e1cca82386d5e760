using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.ServiceBus;
using Grpc.Core;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>
/// Tells the broker what became of a message, by its outcome on the link that delivered it, and waits for its answer. What
/// cannot be told any more is an <see cref="RpcException"/>, as in the worker of the real host, where the client of Service
/// Bus is the host's; the message then comes again.
/// </summary>
internal sealed class Settlement(ReceiverLink link, Dispositions dispositions, Func<ServiceBusReceivedMessage, CancellationToken, Task> renew)
{
    public const string Reason = "DeadLetterReason";
    public const string Description = "DeadLetterErrorDescription";

    // As the client of Service Bus has them.
    private const int LongestText = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string DeadLetter = "com.microsoft:dead-letter";

    public Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) => SettleAsync(message, new Accepted(), cancellation);

    public Task AbandonAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellation) =>
        SettleAsync(message, new Modified { DeliveryFailed = true, MessageAnnotations = properties is { Count: > 0 } ? Fields(properties) : null }, cancellation);

    public Task DeadLetterAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, string? reason, string? description, CancellationToken cancellation)
    {
        if (reason?.Length > LongestText || description?.Length > LongestText)
            throw new RpcException(new Status(StatusCode.Unknown, $"Reason and description of a dead letter have {LongestText} characters at most."));
        var info = Fields(properties ?? new Dictionary<string, object>());
        if (reason is not null)
            info[new Symbol(Reason)] = reason;
        if (description is not null)
            info[new Symbol(Description)] = description;
        return SettleAsync(message, new Rejected { Error = new Error(DeadLetter) { Info = info } }, cancellation);
    }

    public Task RenewAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) =>
        message.IsSettled ? throw Lost(null) : renew(message, cancellation);

    /// <summary>Unlocks a message that nobody has seen, without counting the delivery.</summary>
    public void Release(ServiceBusReceivedMessage message)
    {
        if (!message.TrySettle() || link.IsClosed)
            throw Lost(null);
        try
        {
            link.Complete(message.Delivered, new Released());
        }
        catch (Exception gone) when (IsGone(gone))
        {
            throw Lost(gone);
        }
    }

    public static RpcException Lost(Exception? cause) => new(new Status(
        StatusCode.FailedPrecondition, "The lock on the message is lost: it expired, the message was settled before, or the connection it came by is gone.", cause));

    private async Task SettleAsync(ServiceBusReceivedMessage message, DeliveryState outcome, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!message.TrySettle())
            throw Lost(null);
        try
        {
            if (await dispositions.SendAsync(link, message.Delivered, outcome, Patience) is Rejected { Error: { } error } && error.Condition?.ToString() != DeadLetter)
                throw Lost(new AmqpException(error));
        }
        catch (TimeoutException silent)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The broker did not answer in time.", silent));
        }
        catch (Exception gone) when (IsGone(gone))
        {
            throw Lost(gone);
        }
    }

    private static bool IsGone(Exception exception) => exception is AmqpException or InvalidOperationException or ObjectDisposedException or IOException;

    private static Fields Fields(IDictionary<string, object> properties)
    {
        var fields = new Fields();
        foreach (var (name, value) in properties)
            fields[new Symbol(name)] = value;
        return fields;
    }
}

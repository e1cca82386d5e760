using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Azure.Messaging.ServiceBus;
using Grpc.Core;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>
/// Tells the broker what became of a message: its outcome on the link that delivered it. What cannot be told any more is
/// an <see cref="RpcException"/>, as in the worker of the real host; the message then comes again.
/// </summary>
internal sealed class Settlement(ReceiverLink link, Func<ServiceBusReceivedMessage, CancellationToken, Task> renew)
{
    public const string Reason = "DeadLetterReason";
    public const string Description = "DeadLetterErrorDescription";

    private static readonly Symbol DeadLetter = "com.microsoft:dead-letter";

    public Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellation) => SettleAsync(message, new Accepted(), cancellation);

    public Task AbandonAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellation) =>
        SettleAsync(message, new Modified { DeliveryFailed = true, MessageAnnotations = properties is { Count: > 0 } ? Fields(properties) : null }, cancellation);

    public Task DeadLetterAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, string? reason, string? description, CancellationToken cancellation)
    {
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
    public Task ReleaseAsync(ServiceBusReceivedMessage message) => SettleAsync(message, new Released(), CancellationToken.None);

    public static RpcException Lost(Exception? cause) => new(new Status(
        StatusCode.FailedPrecondition, "The lock on the message is lost: it expired, the message was settled before, or the connection it came by is gone.", cause));

    private Task SettleAsync(ServiceBusReceivedMessage message, DeliveryState outcome, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!message.TrySettle() || link.IsClosed)
            throw Lost(null);
        try
        {
            link.Complete(message.Delivered, outcome);
            return Task.CompletedTask;
        }
        catch (Exception gone) when (gone is AmqpException or InvalidOperationException or ObjectDisposedException or IOException)
        {
            throw Lost(gone);
        }
    }

    private static Fields Fields(IDictionary<string, object> properties)
    {
        var fields = new Fields();
        foreach (var (name, value) in properties)
            fields[new Symbol(name)] = value;
        return fields;
    }
}

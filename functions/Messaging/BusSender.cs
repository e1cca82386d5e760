using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Framing;

namespace NxLoy.Functions.Messaging;

/// <summary>A link to one queue or topic, for many callers at once. Who needs an order waits for each message before the next.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The link ends with its connection")]
internal sealed class BusSender
{
    // What annotations, properties and framing may add to a body; ours are a few hundred bytes.
    private const int Overhead = 4096;

    private readonly SenderLink link;
    private readonly TaskCompletionSource<ulong> attached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BusSender(Session session, string entity)
    {
        // The callback runs before the constructor has ended.
        link = new SenderLink(
            session, $"nxloy-{Guid.NewGuid():N}",
            new Attach { Source = new Source(), Target = new Target { Address = entity }, SndSettleMode = SenderSettleMode.Unsettled },
            (_, answer) =>
            {
                if (answer.Target is not null)
                {
                    attached.TrySetResult(answer.MaxMessageSize);
                }
            });
        link.AddClosedCallback((_, error) => attached.TrySetException(BusConditions.Of(error?.Condition?.ToString() ?? "amqp:not-found")));
    }

    public bool IsOpen => !link.IsClosed;

    /// <summary>Completes when the broker has taken the link, and throws when it refuses it.</summary>
    public Task AttachedAsync(TimeSpan patience) => attached.Task.WaitAsync(patience);

    /// <summary>Completes when the broker has the message.</summary>
    /// <exception cref="MessageRefusedException">It does not take this message.</exception>
    /// <exception cref="BusUnavailableException">The connection broke; the message may have arrived or not.</exception>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    public async Task SendAsync(OutgoingMessage message, TimeSpan patience, CancellationToken cancellation)
    {
        // A link that the broker closes over one message takes all others on their way with it: better not sent.
        if (await attached.Task is > 0 and < ulong.MaxValue and var most && (ulong)message.Body.Length + Overhead > most)
        {
            throw new MessageRefusedException(BusConditions.TooLarge, isFinal: true);
        }

        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            link.Send(Encode(message), (_, _, outcome, _) => Settle(settled, outcome), null);
        }
        catch (Exception broken) when (broken is AmqpException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            throw new BusUnavailableException("The link to Service Bus is closed.", broken);
        }

        await settled.Task.WaitAsync(patience, cancellation);
    }

    // When a link breaks, the library settles what is on its way as if each message had been refused.
    private void Settle(TaskCompletionSource settled, Outcome? outcome)
    {
        if (outcome is Accepted)
        {
            settled.TrySetResult();
        }
        else if (link.IsClosed || link.Error is not null || link.Session.IsClosed || link.Session.Connection.IsClosed)
        {
            settled.TrySetException(new BusUnavailableException("The link to Service Bus broke before it answered."));
        }
        else
        {
            settled.TrySetException(BusConditions.Of(outcome switch
            {
                Rejected rejected => rejected.Error?.Condition?.ToString() ?? "rejected",
                Released => "released",
                _ => "modified",
            }));
        }
    }

    private static Message Encode(OutgoingMessage message)
    {
        var encoded = new Message
        {
            Header = new Header { Durable = true },
            Properties = new Properties { MessageId = message.Id, Subject = message.Subject, ContentType = message.ContentType, GroupId = message.Group },
            ApplicationProperties = new ApplicationProperties(),
            BodySection = new Data { Binary = message.Body.ToArray() },
        };
        foreach (var (name, value) in message.Properties)
        {
            encoded.ApplicationProperties[name] = value;
        }

        return encoded;
    }
}

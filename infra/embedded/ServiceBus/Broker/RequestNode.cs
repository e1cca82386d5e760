using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// A node that answers requests: <c>$cbs</c>, and <c>$management</c> of each queue. The library's own would take one client at
/// a time by a reply address; clients choose the same one.
/// </summary>
internal sealed class RequestNode(string name, Func<ListenerConnection, Message, Message> answer)
{
    private const string Management = "/$management";

    /// <summary>The node at this address; null when there is none.</summary>
    public static RequestNode? At(string address, MessageBroker broker, AccessTokens access)
    {
        var node = Entities.Normal(address);
        if (node == "$cbs")
            return new(node, (connection, request) => PutToken(connection, request, access));
        return node.EndsWith(Management, StringComparison.Ordinal) && broker.Entities.QueueAt(node[..^Management.Length]) is { } queue
            ? new(node, (connection, request) => Manage(connection, request, broker, queue))
            : null;
    }

    public void Attach(AttachContext context)
    {
        var connection = (ListenerConnection)context.Link.Session.Connection;
        if (context.Link.Role)
        {
            context.Complete(new Requests(this, connection), initialCredit: 50);
            return;
        }

        var replies = new Replies(context.Link);
        // Some clients name the link and not its target.
        connection.Properties[ReplyKey((context.Attach.Target as Target)?.Address ?? context.Attach.LinkName)] = replies;
        context.Attach.SndSettleMode = SenderSettleMode.Settled;
        context.Complete(replies, initialCredit: 0);
    }

    private Message Answer(ListenerConnection connection, Message request) => answer(connection, request);

    private string ReplyKey(string? address) => $"{name}>{address}";

    private static Message PutToken(ListenerConnection connection, Message request, AccessTokens access)
    {
        var good = access.Show(connection, request.Body as string);
        return Reply("status-code", good ? 202 : 401, "status-description", good ? "Accepted" : "The token is not signed with the broker's key, or has expired.");
    }

    private static Message Manage(ListenerConnection connection, Message request, MessageBroker broker, string queue)
    {
        if (!AccessTokens.IsShown(connection))
            return Reply("statusCode", 401, "statusDescription", "Log in with the key, or show a token at $cbs first.");
        if (request.ApplicationProperties?["operation"] as string != "com.microsoft:renew-lock")
            return Reply("statusCode", 501, "statusDescription", "Of the operations only com.microsoft:renew-lock is known.");
        if (request.Body is not Map body || body["lock-tokens"] is not Guid[] tokens)
            return Reply("statusCode", 400, "statusDescription", "lock-tokens, an array of uuid, is missing.");
        if (broker.Renew(queue, tokens) is not { } expirations)
        {
            var lost = Reply("statusCode", 410, "statusDescription", "The lock is gone: it expired, or the message was settled.");
            lost.ApplicationProperties["errorCondition"] = (Symbol)"com.microsoft:message-lock-lost";
            return lost;
        }

        var renewed = Reply("statusCode", 200, "statusDescription", "OK");
        renewed.BodySection = new AmqpValue { Value = new Map { ["expirations"] = expirations } };
        return renewed;
    }

    private static Message Reply(string codeName, int code, string descriptionName, string description) => new()
    {
        ApplicationProperties = new ApplicationProperties { [codeName] = code, [descriptionName] = description },
        BodySection = new AmqpValue(),
    };

    private sealed class Requests(RequestNode node, ListenerConnection connection) : LinkEndpoint
    {
        public override void OnMessage(MessageContext messageContext)
        {
            var request = messageContext.Message;
            var response = node.Answer(connection, request);
            response.Properties = new Properties();
            if (request.Properties?.GetMessageId() is { } id)
                response.Properties.SetCorrelationId(id);
            if (connection.Properties.TryGetValue(node.ReplyKey(request.Properties?.ReplyTo), out var replies))
                ((Replies)replies).Send(response);
            messageContext.Complete();
        }

        public override void OnFlow(FlowContext flowContext)
        {
        }

        public override void OnDisposition(DispositionContext dispositionContext)
        {
        }
    }

    private sealed class Replies(ListenerLink link) : LinkEndpoint
    {
        private readonly Lock gate = new();
        private readonly Queue<Message> waiting = [];
        private readonly LinkCredit credit = new(link);

        public void Send(Message response)
        {
            lock (gate)
            {
                waiting.Enqueue(response);
                SendWaiting();
            }
        }

        public override void OnFlow(FlowContext flowContext)
        {
            lock (gate)
            {
                credit.Add(flowContext);
                SendWaiting();
                credit.Drain();
            }
        }

        public override void OnDisposition(DispositionContext dispositionContext)
        {
        }

        private void SendWaiting()
        {
            while (credit.Left > 0 && !link.IsClosed && waiting.TryDequeue(out var response))
            {
                credit.Use();
                link.SendMessage(response);
            }
        }
    }
}

using Amqp;
using Amqp.Framing;
using Amqp.Types;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>A client of the broker as any AMQP program is one.</summary>
internal sealed class BusClient(Connection connection) : IAsyncDisposable
{
    private readonly Session session = new(connection);
    private int links;

    public Session Session => session;

    public SenderLink Sender(string address) => new(session, $"sender-{++links}", address);

    public ReceiverLink Receiver(string address) => new(session, $"receiver-{++links}", address);

    public async Task SendAsync(string address, params string[] texts)
    {
        var sender = Sender(address);
        foreach (var text in texts)
            await sender.SendAsync(Text(text));
        await sender.CloseAsync();
    }

    /// <summary>Receives one message and completes it.</summary>
    public async Task<string> TakeAsync(string address)
    {
        var receiver = Receiver(address);
        var message = await ReceiveAsync(receiver);
        receiver.Accept(message);
        await receiver.CloseAsync();
        return TextOf(message);
    }

    /// <summary>Asks a node that answers requests.</summary>
    public async Task<Message> RequestAsync(string node, Message request)
    {
        request.Properties = new Properties { MessageId = Guid.NewGuid().ToString(), ReplyTo = "answers" };
        var answers = new ReceiverLink(session, $"receiver-{++links}", new Attach { Source = new Source { Address = node }, Target = new Target { Address = "answers" } }, null);
        var requests = Sender(node);
        await requests.SendAsync(request);
        var answer = await ReceiveAsync(answers);
        Assert.Equal(request.Properties.MessageId, answer.Properties.CorrelationId);
        await requests.CloseAsync();
        await answers.CloseAsync();
        return answer;
    }

    public static async Task<Message> ReceiveAsync(ReceiverLink receiver) =>
        await receiver.ReceiveAsync(Eventually.Patience) ?? throw new TimeoutException("No message came.");

    public static Message Text(string text, string? id = null) => new()
    {
        Properties = new Properties { MessageId = id ?? Guid.NewGuid().ToString() },
        BodySection = new Data { Binary = System.Text.Encoding.UTF8.GetBytes(text) },
    };

    public static string TextOf(Message message) => System.Text.Encoding.UTF8.GetString((byte[])message.Body);

    public static T? Annotation<T>(Message message, string name) => (T?)message.MessageAnnotations[(Symbol)name];

    public async ValueTask DisposeAsync() => await connection.CloseAsync();
}

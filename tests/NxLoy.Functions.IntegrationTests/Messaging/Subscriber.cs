using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Amqp;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>Somebody who listens to a subscription and keeps what comes, in its order.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly ConcurrentQueue<Heard> heard = new();
    private readonly Connection connection;

    private Subscriber(Connection connection, string address)
    {
        this.connection = connection;
        new ReceiverLink(new Session(connection), $"subscriber-{Guid.NewGuid():N}", address).Start(500, (link, message) =>
        {
            heard.Enqueue(new Heard(message, JsonNode.Parse((byte[])message.Body)!.AsObject()));
            link.Accept(message);
        });
    }

    public IReadOnlyCollection<Heard> All => heard;

    /// <summary>The first time each was heard, in their order: at least once means perhaps twice.</summary>
    public IReadOnlyList<Heard> Once => [.. heard.DistinctBy(one => one.Id)];

    public static async Task<Subscriber> ListenAsync(string connectionString, string address)
    {
        var parts = connectionString.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var endpoint = new Uri(parts["Endpoint"]);
        return new Subscriber(
            await Connection.Factory.CreateAsync(new Address(endpoint.Host, endpoint.Port, parts["SharedAccessKeyName"], parts["SharedAccessKey"], "/", "amqp")), address);
    }

    public IReadOnlyList<Heard> Of(Guid customer) => [.. Once.Where(one => (string?)one.Event["subject"] == customer.ToString())];

    public async ValueTask DisposeAsync() => await connection.CloseAsync();
}

internal sealed record Heard(Message Message, JsonObject Event)
{
    public Guid Id => Guid.Parse(Message.Properties.MessageId);
}

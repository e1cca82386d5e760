using System.Globalization;
using System.Text.Json.Nodes;
using Amqp;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary>
/// <c>./run events</c>: prints what the app publishes, by the local broker's own subscription. What was printed is taken off.
/// </summary>
internal static class EventsCommand
{
    /// <summary>Machine time: a subscription that gives nothing for so long is empty.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    public static async Task<int> ExecuteAsync(CommandLine line, Checkout checkout, CancellationToken cancellationToken)
    {
        var endsWhenEmpty = line.Flag("--now");
        line.Done();
        if (!new App(checkout).IsAlive)
            throw new LauncherException("The app does not run: ./run --detach starts it.");
        if (StackState.Of(checkout).ServiceBus is not { } bus)
            throw new LauncherException("The app runs with a Service Bus of your own: look at its topic there.");

        var topic = Settings.Of(checkout).Find("Events:OutboundTopic") ?? "customers-events";
        var connection = await Connection.Factory.CreateAsync(AddressOf(bus));
        try
        {
            var events = new ReceiverLink(new Session(connection), "run-events", $"{topic}/Subscriptions/local");
            while (!cancellationToken.IsCancellationRequested)
            {
                using var message = await events.ReceiveAsync(Silence);
                if (message is null && endsWhenEmpty)
                    break;
                if (message is null)
                    continue;
                Console.WriteLine(Describe(JsonNode.Parse((byte[])message.Body)!));
                events.Accept(message);
            }
        }
        finally
        {
            await connection.CloseAsync();
        }

        return 0;
    }

    /// <summary>Reads <c>Endpoint=sb://host:port;SharedAccessKeyName=...;SharedAccessKey=...</c>.</summary>
    internal static Address AddressOf(string connectionString)
    {
        var parts = connectionString.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var endpoint = new Uri(parts["Endpoint"]);
        return new Address(endpoint.Host, endpoint.Port, parts["SharedAccessKeyName"], parts["SharedAccessKey"], "/", "amqp");
    }

    internal static string Describe(JsonNode cloudEvent) => string.Create(
        CultureInfo.InvariantCulture, $"{(string?)cloudEvent["time"]}  {(string?)cloudEvent["type"]}  {cloudEvent["data"]!.ToJsonString()}");
}

using System.Collections.Concurrent;
using Amqp;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>Functions of every kind that messages start, on a host with a broker of its own.</summary>
internal static class MessageSamples
{
    public static Task<FunctionsTestHost> StartAsync<TFunctions>(RuntimeDatabase database, Calls calls, params (string, string?)[] settings) =>
        StartWithoutBrokerAsync<TFunctions>(
            calls,
            [
                database.Setting, ("EmbeddedRuntime:Broker", "true"), .. settings,
            ]);

    public static Task<FunctionsTestHost> StartWithoutBrokerAsync<TFunctions>(Calls calls, params (string, string?)[] settings) =>
        Embedded.SampleApp.StartAsync<TFunctions>(
            builder => builder.Services.AddSingleton(calls), [("Queue", "orders"), ("Topic", "news"), ("Bus", "ServiceBus"), .. settings]);

    /// <summary>A client of the host's own broker.</summary>
    public static Task<BusClient> ConnectAsync(this FunctionsTestHost host) =>
        ConnectAsync(host.Services.GetRequiredService<IConfiguration>()["ServiceBus"]!);

    public static async Task<BusClient> ConnectAsync(string connectionString)
    {
        var parts = connectionString.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var endpoint = new Uri(parts["Endpoint"]);
        return new BusClient(await Connection.Factory.CreateAsync(
            new Address(endpoint.Host, endpoint.Port, parts["SharedAccessKeyName"], parts["SharedAccessKey"], "/", "amqp")));
    }

    /// <summary>What started functions, and what they do then.</summary>
    internal sealed class Calls : ConcurrentQueue<Call>
    {
        private readonly Lock gate = new();
        private int running;

        public Func<Call, Task> Do { get; set; } = _ => Task.CompletedTask;

        public int MostAtOnce { get; private set; }

        public IEnumerable<ServiceBusReceivedMessage> Messages => this.SelectMany(call => call.Messages);

        public IEnumerable<string> Texts => Messages.Select(message => message.Body.ToString());

        public async Task AddAsync(Call call)
        {
            lock (gate)
                MostAtOnce = Math.Max(MostAtOnce, ++running);
            Enqueue(call);
            try
            {
                await Do(call);
            }
            finally
            {
                lock (gate)
                    running--;
            }
        }
    }

    internal sealed record Call(ServiceBusReceivedMessage[] Messages, ServiceBusMessageActions Actions, FunctionContext Context, CancellationToken Stop);

    internal sealed class OneByOne(Calls calls)
    {
        [Function("OneByOne")]
        public Task Run(
            [ServiceBusTrigger("%Queue%", Connection = "%Bus%")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, FunctionContext context,
            CancellationToken stop) => calls.AddAsync(new([message], actions, context, stop));
    }

    internal sealed class Settling(Calls calls)
    {
        [Function("Settling")]
        public Task Run(
            [ServiceBusTrigger("orders", Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
            ServiceBusMessageActions actions, FunctionContext context, CancellationToken stop) => calls.AddAsync(new([message], actions, context, stop));
    }

    internal sealed class Batched(Calls calls)
    {
        [Function("Batched")]
        public Task Run(
            [ServiceBusTrigger("%Topic%", "first", Connection = "ServiceBus", IsBatched = true)] ServiceBusReceivedMessage[] messages,
            ServiceBusMessageActions actions, FunctionContext context, CancellationToken stop) => calls.AddAsync(new(messages, actions, context, stop));
    }

    internal sealed class Texts
    {
        public static ConcurrentQueue<string> Seen { get; } = new();

        [Function("OfText")]
        public static void OfText([ServiceBusTrigger("orders", Connection = "ServiceBus")] string text) => Seen.Enqueue(text);

        [Function("OfTexts")]
        public static void OfTexts([ServiceBusTrigger("news", "first", Connection = "ServiceBus", IsBatched = true)] string[] texts)
        {
            foreach (var text in texts)
                Seen.Enqueue(text);
        }
    }

    internal sealed class WithSessions
    {
        [Function("WithSessions")]
        public static void Run([ServiceBusTrigger("orders", Connection = "ServiceBus", IsSessionsEnabled = true)] string text) => Assert.NotNull(text);
    }

    internal sealed class WrongArray
    {
        [Function("WrongArray")]
        public static void Run([ServiceBusTrigger("orders", Connection = "ServiceBus")] ServiceBusReceivedMessage[] messages) => Assert.NotNull(messages);
    }
}

using System.Diagnostics;
using System.Globalization;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>A burst at the embedded broker.</summary>
[Trait("Category", "Slow")]
public sealed class BrokerLoadTests(Xunit.Abstractions.ITestOutputHelper output) : IAsyncLifetime
{
    private const int Messages = 50_000;
    private const int Senders = 4;

    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    /// <summary>What is queued lies in the database: kept in memory, these messages alone would be 40 MB.</summary>
    [Fact]
    public async Task Burst_IsQueuedWithoutGrowthOfMemory_AndDrains()
    {
        var port = FreePort.Choose();
        await using var process = await BrokerProcess.StartAsync(database, port); // other tests run in this one
        await using var client = await BrokerProcess.ConnectAsync(port);
        var body = new string('x', 700);
        await client.SendAsync("orders", [.. Enumerable.Repeat(body, 500)]);
        var before = await MemoryAsync(process);
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(client, body)));

        var queuedIn = watch.Elapsed;
        var grown = await MemoryAsync(process) - before;
        Assert.Equal(Messages + 500, await CountAsync());
        watch.Restart();
        var received = 0;
        client.Receiver("orders").Start(500, (link, message) =>
        {
            Interlocked.Increment(ref received);
            link.Accept(message);
        });
        await Eventually.TrueAsync(async () => await CountAsync() == 0);
        output.WriteLine($"queued {Messages / queuedIn.TotalSeconds:0}/s, {grown / 1e6:0.0} MB; drained {Messages / watch.Elapsed.TotalSeconds:0}/s");

        Assert.Equal(Messages + 500, received);
        Assert.True(grown < 15_000_000, $"Memory grew by {grown} bytes.");
    }

    // A hundred at a time on their way, as a sender that waits for its answers in groups.
    private static async Task SendAsync(BusClient client, string body)
    {
        var sender = client.Sender("orders");
        for (var sent = 0; sent < Messages / Senders; sent += 100)
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => sender.SendAsync(BusClient.Text(body))));
    }

    private static async Task<long> MemoryAsync(SampleProcess process) => long.Parse(await process.Client.GetStringAsync("/api/memory"), CultureInfo.InvariantCulture);

    private Task<long> CountAsync() => database.ScalarAsync<long>("select count(*) from functions_host.bus_messages");
}

using System.Diagnostics;
using System.Globalization;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>
/// AMQP clients that are not ours against the embedded broker: the official Service Bus client (for JavaScript, since that for .NET
/// is not served everywhere), and a plain AMQP 1.0 client. What they do and expect stands in tests/clients.
/// </summary>
public sealed class ClientTests : IAsyncLifetime
{
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Theory]
    [InlineData("settles")]
    [InlineData("deadLetters")]
    [InlineData("sendsBatches")]
    [InlineData("subscribes")]
    [InlineData("schedules")]
    [InlineData("deletesWhatItReceives")]
    [InlineData("isRefused")]
    public async Task OfficialClient_FindsWhatServiceBusPromises(string scenario)
    {
        await using var host = await BrokerHost.StartAsync(database);

        await RunAsync("official.mjs", scenario, host.ConnectionString);

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task OfficialClient_IsToldWhatTheBrokerLacks()
    {
        await using var host = await BrokerHost.StartAsync(database);

        await RunAsync("official.mjs", "isToldWhatIsMissing", host.ConnectionString);
    }

    [Theory]
    [InlineData("settles")]
    [InlineData("drains")]
    public async Task PlainClient_FindsWhatAmqpPromises(string scenario)
    {
        await using var host = await BrokerHost.StartAsync(database);

        await RunAsync("protocol.mjs", scenario, host.Port.ToString(CultureInfo.InvariantCulture), host.KeyName, host.Key);

        await NothingIsLeftAsync();
    }

    private Task NothingIsLeftAsync() =>
        Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from functions_host.bus_messages") == 0);

    private static async Task RunAsync(string script, params string[] arguments)
    {
        var checkout = Checkout.Find();
        Assert.True(Directory.Exists(Path.Combine(checkout.Clients, "node_modules")), "The clients are missing: ./test installs them; by hand: npm ci in tests/clients");
        var start = new ProcessStartInfo(NodeProgram.Path(checkout)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend(Path.Combine(checkout.Clients, script)))
            start.ArgumentList.Add(argument);
        using var node = Process.Start(start)!;
        var output = Task.WhenAll(node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        try
        {
            await node.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }
        catch (TimeoutException)
        {
            node.Kill();
        }

        var said = string.Join('\n', await output);
        Assert.True(node.ExitCode == 0 && said.Contains("done", StringComparison.Ordinal), said);
    }
}

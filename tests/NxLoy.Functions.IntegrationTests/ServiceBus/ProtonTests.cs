using System.Diagnostics;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>An AMQP client that is not ours (Debian's python3-qpid-proton, on Apache Qpid Proton) against the embedded broker.</summary>
public sealed class ProtonTests : IAsyncLifetime
{
    private const string Connecting =
        """
        import sys
        from proton import Message
        from proton.utils import BlockingConnection

        address, user, password = sys.argv[1:4]
        connection = BlockingConnection(address, timeout=30, user=user, password=password, sasl_enabled=True, allowed_mechs="PLAIN", allow_insecure_mechs=True)

        """;

    private const string Settling =
        """
        sender = connection.create_sender("orders")
        for text in ("completed", "abandoned", "dead-lettered", "last"):
            sender.send(Message(body=text, id=text, properties={"kind": text}))
        sender.send(Message(body="completed", id="completed"))

        receiver = connection.create_receiver("orders", credit=10)
        message = receiver.receive()
        assert (message.body, message.delivery_count, message.properties["kind"]) == ("completed", 0, "completed"), message
        assert message.annotations["x-opt-sequence-number"] > 0, message.annotations
        receiver.accept()

        assert receiver.receive().body == "abandoned"
        receiver.release(delivered=True)

        assert receiver.receive().body == "dead-lettered"
        receiver.reject()

        seen = {}
        for _ in range(2):
            message = receiver.receive()
            seen[message.body] = message.delivery_count
            receiver.accept()
        assert seen == {"abandoned": 1, "last": 0}, seen
        receiver.close()

        dead = connection.create_receiver("orders/$deadletterqueue", credit=10)
        assert dead.receive().body == "dead-lettered"
        dead.accept()
        dead.close()

        try:
            connection.create_sender("nowhere")
            sys.exit("a sender to nowhere was not refused")
        except Exception as refused:
            assert "amqp:not-found" in str(refused), refused
        connection.close()
        print("done")
        """;

    // Credit that is drained is used up, whether there were messages for it or not; what is granted later counts from there.
    private const string Draining =
        """
        sender = connection.create_sender("orders")
        receiver = connection.create_receiver("orders", credit=0)
        def drain(credit):
            receiver.link.drain(credit)
            connection.wait(lambda: receiver.link.credit == 0, timeout=20)

        for text in ("one", "two"):
            sender.send(Message(body=text))
        drain(10)
        assert len(receiver.fetcher.incoming) == 2, receiver.fetcher.incoming
        drain(5)
        for text in ("three", "four", "five"):
            sender.send(Message(body=text))
        received = []
        for _ in range(5):
            received.append(receiver.receive().body)
            receiver.accept()
        assert received == ["one", "two", "three", "four", "five"], received
        connection.close()
        print("done")
        """;

    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public Task Proton_SendsReceivesAbandonsAndDeadLetters() => DoneAsync(Settling);

    [Fact]
    public Task Proton_DrainsItsCredit() => DoneAsync(Draining);

    private async Task DoneAsync(string script)
    {
        await using var host = await BrokerHost.StartAsync(database);

        var (exit, output) = await RunAsync(host, Connecting + script);

        Assert.True(exit == 0 && output.Contains("done", StringComparison.Ordinal), output);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from functions_host.bus_messages") == 0);
    }

    private static async Task<(int Exit, string Output)> RunAsync(BrokerHost host, string script)
    {
        // Debian's own interpreter: its packages are seen by no other.
        var start = new ProcessStartInfo(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-c", script, $"amqp://127.0.0.1:{host.Port}", host.KeyName, host.Key })
            start.ArgumentList.Add(argument);
        using var python = Process.Start(start)!;
        var output = Task.WhenAll(python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync().WaitAsync(Eventually.Patience);
        var text = string.Join('\n', await output);
        Assert.False(text.Contains("No module named 'proton'", StringComparison.Ordinal), "Qpid Proton for Python is missing. As root ./test installs it; by hand: apt-get install python3-qpid-proton");
        return (python.ExitCode, text);
    }
}

using System.Net;
using System.Net.Sockets;
using Amqp;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// Where clients connect: plain AMQP 1.0 on loopback. The port is taken before the app reads its settings, since its
/// connection string is one of them; who connects before the broker is ready waits for it.
/// </summary>
internal sealed class BrokerEndpoint
{
    private readonly BrokerContainer container;
    private readonly TaskCompletionSource<MessageBroker> serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrokerEndpoint(BrokerOptions options)
    {
        (Port, container) = Open(options);
        ConnectionString =
            $"Endpoint=sb://127.0.0.1:{Port};SharedAccessKeyName={BrokerOptions.KeyName};SharedAccessKey={options.Key};UseDevelopmentEmulator=true";
    }

    public int Port { get; }

    public string ConnectionString { get; }

    public void Serve(MessageBroker broker) => serving.TrySetResult(broker);

    public void Close()
    {
        serving.TrySetCanceled();
        container.Close();
    }

    private (int, BrokerContainer) Open(BrokerOptions options)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port == 0 ? FreePort() : options.Port;
            var container = new BrokerContainer(new Address("127.0.0.1", port, null, null, "/", "amqp"), serving.Task, options.Key);
            try
            {
                container.Open();
                return (port, container);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Between finding a free port and taking it, somebody else may have taken it.
                if (options.Port != 0 || attempt == 10)
                    throw new InvalidOperationException($"The broker cannot listen on port {port}: it is taken. EmbeddedRuntime:BrokerPort chooses another.", exception);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

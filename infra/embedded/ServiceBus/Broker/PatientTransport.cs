using System.Security.Principal;
using Amqp;
using Amqp.Listener;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// Says nothing before the client has spoken, as Service Bus does. The library opens its side of a connection at once, and a client
/// that reads that together with the end of the login (the official one for JavaScript) waits for more for ever.
/// </summary>
/// <param name="principal">Who logged in with the key; null for those who came anonymously.</param>
internal sealed class PatientTransport(IAsyncTransport transport, IPrincipal? principal) : IAsyncTransport, IAuthenticated
{
    private readonly TaskCompletionSource spoken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IPrincipal? Principal => principal;

    public void SetConnection(Connection connection) => transport.SetConnection(connection);

    public Task SendAsync(IList<ByteBuffer> bufferList, int listSize) =>
        spoken.Task.IsCompletedSuccessfully ? transport.SendAsync(bufferList, listSize) : SendLaterAsync(bufferList, listSize);

    // The library asks for a frame's size, and then for all that is left of the frame.
    public async Task<int> ReceiveAsync(byte[] buffer, int offset, int count)
    {
        var received = 0;
        do
        {
            if (await transport.ReceiveAsync(buffer, offset + received, count - received).ConfigureAwait(false) is > 0 and var more)
                received += more;
            else
                return 0;
        }
        while (received < count);

        spoken.TrySetResult();
        DeadLetterKeys.ToSymbols(buffer.AsSpan(offset, count));
        return count;
    }

    public void Send(ByteBuffer buffer)
    {
        spoken.Task.Wait();
        transport.Send(buffer);
    }

    public int Receive(byte[] buffer, int offset, int count)
    {
        var received = transport.Receive(buffer, offset, count);
        spoken.TrySetResult();
        return received;
    }

    public void Close()
    {
        spoken.TrySetCanceled();
        transport.Close();
    }

    private async Task SendLaterAsync(IList<ByteBuffer> bufferList, int listSize)
    {
        await spoken.Task.ConfigureAwait(false);
        await transport.SendAsync(bufferList, listSize).ConfigureAwait(false);
    }
}

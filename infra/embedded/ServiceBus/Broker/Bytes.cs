using Amqp;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

internal static class Bytes
{
    public static byte[] ToArray(this ByteBuffer buffer) => buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();

    public static ByteBuffer ToBuffer(this byte[] bytes) => new(bytes, 0, bytes.Length, bytes.Length);
}

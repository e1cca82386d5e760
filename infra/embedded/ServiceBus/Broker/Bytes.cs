using Amqp;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

internal static class Bytes
{
    /// <summary>The sections that there are, one after the other. The library's own message would add an empty body.</summary>
    public static ByteBuffer Encode(params ReadOnlySpan<Described?> sections)
    {
        var buffer = new ByteBuffer(256, autoGrow: true);
        foreach (var section in sections)
            section?.Encode(buffer);
        return buffer;
    }

    public static byte[] ToArray(this ByteBuffer buffer) => buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();

    public static ByteBuffer ToBuffer(this byte[] bytes) => new(bytes, 0, bytes.Length, bytes.Length);
}

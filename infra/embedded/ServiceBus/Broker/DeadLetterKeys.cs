namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// The official client for JavaScript names the reason of a dead letter by strings. AMQP wants symbols there, Service Bus takes both,
/// and the library ends the connection. A short string and a short symbol differ in their first byte alone.
/// </summary>
internal static class DeadLetterKeys
{
    private const byte ShortString = 0xa1;
    private const byte ShortSymbol = 0xa3;

    private static readonly byte[][] Keys = [[ShortString, 16, .. "DeadLetterReason"u8], [ShortString, 26, .. "DeadLetterErrorDescription"u8]];

    // After a frame's size: two bytes that say where its body begins and its type, its channel, and what it is about (0x15: a disposition).
    private static bool IsDisposition(ReadOnlySpan<byte> frame) => frame is [2, 0, _, _, 0, 0x53, 0x15, ..];

    /// <param name="frame">A whole frame without its size.</param>
    public static void ToSymbols(Span<byte> frame)
    {
        if (!IsDisposition(frame))
            return;
        foreach (var key in Keys)
            if (frame.IndexOf(key) is >= 0 and var at)
                frame[at] = ShortSymbol;
    }
}

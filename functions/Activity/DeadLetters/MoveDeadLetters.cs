namespace NxLoy.Functions.Activity;

/// <summary>
/// Keeps what the bus itself gave up, or somebody dead-lettered there by hand. That an event was delivered in vain too
/// often says nothing of it: it is tried by itself, before it counts as dead.
/// </summary>
public sealed class MoveDeadLetters(ParkEvents park)
{
    // As Service Bus writes them.
    private static readonly string[] GivenUp = ["MaxDeliveryCountExceeded", "TTLExpiredException"];

    // What comes back at once, and cannot be kept, must not keep a processor busy. Machine time.
    private static readonly TimeSpan BeforeGivingBack = TimeSpan.FromSeconds(10);

    /// <param name="settle">Told each message's place and verdict.</param>
    /// <param name="patience">How long it waits for a database that is away; machine time.</param>
    /// <param name="stop">Ends waiting for the database.</param>
    public async Task ExecuteAsync(IReadOnlyList<EventMessage> messages, Func<int, MessageVerdict, Task> settle, TimeSpan patience, CancellationToken stop)
    {
        var parked = messages.Select(Read).ToArray();
        var isDone = await park.ExecuteAsync(parked, new IntakePatience(patience, stop));
        if (!isDone)
        {
            await Task.Delay(BeforeGivingBack, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        for (var at = 0; at < parked.Length; at++)
        {
            await settle(at, isDone ? parked[at].Verdict : new MessageVerdict.GiveBack());
        }
    }

    private static ParkedEvent Read(EventMessage message)
    {
        var read = EventMessageParser.Parse(message);
        MessageVerdict verdict = (message.DeadLetterReason, read.Code) switch
        {
            ({ } reason, null) when GivenUp.Contains(reason) => new MessageVerdict.Later(reason, Patience: null, RetryRules.TriesOfAFailure),
            ({ } reason, { } code) when GivenUp.Contains(reason) => new MessageVerdict.Never(code, read.Detail),
            _ => new MessageVerdict.Never("dead_lettered", ReasonOf(message)),
        };
        return DeadLetterParser.Parse(message, read, verdict) with { Attempts = verdict is MessageVerdict.Later ? 0 : 1 };
    }

    // Whoever dead-lettered it may have written anything, and PostgreSQL stores no NUL.
    private static string ReasonOf(EventMessage message) => string
        .Join(": ", new[] { message.DeadLetterReason, message.DeadLetterDescription }.Where(text => text is { Length: > 0 }))
        .Replace("\0", "", StringComparison.Ordinal);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NxLoy.Functions.Database;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Lets an event that may succeed later wait in a queue of this app's own: a copy of its message, to be delivered at its
/// time. The copy is there before the original is settled, so a crash between the two makes two copies and loses none.
/// </summary>
public sealed class RetryLater(EventPublisher publisher, RetryOptions options, TimeProvider time)
{
    private const string Attempt = "nxloyAttempt";
    private const string FirstSeen = "nxloyFirstSeen";

    /// <returns>False when its time is over.</returns>
    /// <exception cref="BusUnavailableException">The copy could not be sent.</exception>
    public async Task<bool> ExecuteAsync(EventMessage message, TimeSpan? patience, CancellationToken cancellation)
    {
        var now = time.Now();
        var attempt = message.Properties.GetValueOrDefault(Attempt) is int earlier ? earlier + 1 : 1;
        var firstSeen = DateTimeOffset.TryParse(message.Properties.GetValueOrDefault(FirstSeen) as string, CultureInfo.InvariantCulture, out var seen) ? seen : now;
        if (RetryRules.DelayAfter(attempt, now - firstSeen, options.Delay, patience) is not { } delay)
        {
            return false;
        }

        var properties = new Dictionary<string, object>(message.Properties)
        {
            [Attempt] = attempt,
            [FirstSeen] = firstSeen.ToString("O", CultureInfo.InvariantCulture),
        };
        await publisher.SendAsync(
            options.Queue,
            new OutgoingMessage(IdOf(message, attempt), message.Subject ?? "", message.ContentType ?? "", message.Body)
            {
                Properties = properties,
                EnqueueAt = DateTimeOffset.UtcNow + delay,
            },
            cancellation);
        return true;
    }

    // The same for the same try, so that a broker that looks for duplicates finds them.
    private static string IdOf(EventMessage message, int attempt)
    {
        var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(message.Properties.ContainsKey(Attempt) ? "" : message.Id ?? ""), .. message.Body.Span]);
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(id)}.{attempt}");
    }
}

using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// The queues and topics there are, by the addresses that Service Bus gives them: <c>queue</c>, <c>topic</c>,
/// <c>topic/Subscriptions/name</c>, and <c>/$deadletterqueue</c> after a queue or subscription. Case makes no difference.
/// </summary>
internal sealed class Entities
{
    public const string DeadLetterQueue = "/$deadletterqueue";
    private const string Subscriptions = "/subscriptions/";

    // An address that takes messages, and the queues that each of them goes to.
    private readonly Dictionary<string, HashSet<string>> targets = [];
    private readonly HashSet<string> queues = [];

    /// <summary>Adds those of the setting <c>EmbeddedRuntime:Entities</c>: addresses with semicolons between, <c>%settings%</c> in them resolved.</summary>
    public Entities Declare(IConfiguration settings)
    {
        var separators = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (var address in SettingExpression.Resolve(settings["EmbeddedRuntime:Entities"] ?? "", settings).Split(';', separators))
            if (Normal(address).IndexOf(Subscriptions, StringComparison.Ordinal) is >= 0 and var at)
                AddSubscription(address[..at], address[(at + Subscriptions.Length)..]);
            else
                AddQueue(address);
        return this;
    }

    public IEnumerable<string> Queues => queues.Order(StringComparer.Ordinal);

    public void AddQueue(string name)
    {
        targets.TryAdd(Normal(name), [Normal(name)]);
        queues.Add(Normal(name));
    }

    /// <summary>A topic is there from its first subscription on, or from a nameless one: what is sent to it then is dropped.</summary>
    public void AddSubscription(string topic, string name)
    {
        var queue = Normal(topic) + Subscriptions + Normal(name);
        targets.TryAdd(Normal(topic), []);
        if (name.Length == 0)
            return;
        targets[Normal(topic)].Add(queue);
        queues.Add(queue);
    }

    /// <summary>The queues that a message to this address goes to; null when there is no such queue or topic.</summary>
    public IReadOnlyCollection<string>? TargetsOf(string address) => targets.GetValueOrDefault(Normal(address));

    /// <summary>The queue of this address; null when there is none.</summary>
    public string? QueueAt(string address)
    {
        var name = Normal(address);
        var main = name.EndsWith(DeadLetterQueue, StringComparison.Ordinal) ? name[..^DeadLetterQueue.Length] : name;
        return queues.Contains(main) ? name : null;
    }

    public static string Normal(string address) => address.Trim('/').ToLowerInvariant();
}

using System.Globalization;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>What host.json says under <c>extensions.serviceBus</c>, with the real host's names and defaults.</summary>
internal sealed class ServiceBusOptions(IConfiguration settings)
{
    private const string Section = $"{AppSettings.HostJson}:extensions:serviceBus:";

    /// <summary>Messages fetched before a function is free for them.</summary>
    public int PrefetchCount { get; } = settings.GetValue(Section + "prefetchCount", 0);

    /// <summary>Invocations at once of a function that takes one message.</summary>
    public int MaxConcurrentCalls { get; } = settings.GetValue(Section + "maxConcurrentCalls", 16 * Environment.ProcessorCount);

    public bool AutoCompleteMessages { get; } = settings.GetValue(Section + "autoCompleteMessages", true);

    /// <summary>For how long a lock is renewed while a function works on one message; a batch renews its own.</summary>
    public TimeSpan MaxAutoLockRenewalDuration { get; } = Time(settings, "maxAutoLockRenewalDuration", TimeSpan.FromMinutes(5));

    public int MaxMessageBatchSize { get; } = settings.GetValue(Section + "maxMessageBatchSize", 1000);

    public int MinMessageBatchSize { get; } = settings.GetValue(Section + "minMessageBatchSize", 1);

    /// <summary>How long to wait for <see cref="MinMessageBatchSize"/>.</summary>
    public TimeSpan MaxBatchWaitTime { get; } = Time(settings, "maxBatchWaitTime", TimeSpan.FromSeconds(30));

    private static TimeSpan Time(IConfiguration settings, string name, TimeSpan otherwise) =>
        settings[Section + name] is { } text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

using System.Globalization;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>What host.json says under <c>extensions.serviceBus</c>, with the real host's names and defaults.</summary>
internal sealed class ServiceBusOptions(IConfigurationSection section)
{
    public static ServiceBusOptions From(IConfiguration settings) => new(settings.GetSection($"{AppSettings.HostJson}:extensions:serviceBus"));

    /// <summary>Messages fetched before a function is free for them.</summary>
    public int PrefetchCount { get; } = section.GetValue("prefetchCount", 0);

    /// <summary>Invocations at once of a function that takes one message.</summary>
    public int MaxConcurrentCalls { get; } = section.GetValue("maxConcurrentCalls", 16 * Environment.ProcessorCount);

    public bool AutoCompleteMessages { get; } = section.GetValue("autoCompleteMessages", true);

    /// <summary>For how long a lock is renewed while a function works on one message; a batch renews its own.</summary>
    public TimeSpan MaxAutoLockRenewalDuration { get; } = Time(section["maxAutoLockRenewalDuration"], TimeSpan.FromMinutes(5));

    public int MaxMessageBatchSize { get; } = section.GetValue("maxMessageBatchSize", 1000);

    public int MinMessageBatchSize { get; } = section.GetValue("minMessageBatchSize", 1);

    /// <summary>How long to wait for <see cref="MinMessageBatchSize"/>.</summary>
    public TimeSpan MaxBatchWaitTime { get; } = Time(section["maxBatchWaitTime"], TimeSpan.FromSeconds(30));

    private static TimeSpan Time(string? text, TimeSpan otherwise) => text is null ? otherwise : TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace NxLoy.Functions;

/// <summary>
/// What the app measures of itself, named as OpenTelemetry's semantic conventions do where they have a name;
/// docs/telemetry.md lists it all. Attributes hold names, numbers and route templates: never an address, an id or a text
/// that somebody typed. Costs next to nothing while nobody listens.
/// </summary>
internal static class Telemetry
{
    /// <summary>Of the source of traces and of the meter.</summary>
    public const string Name = "NxLoy.Functions";

    // The boundaries that the conventions advise for durations in seconds.
    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    // Of work that takes as long as there is data.
    private static readonly InstrumentAdvice<double> Minutes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 30, 60, 180, 600, 3600, 86400] };

    // From at once to after an outage.
    private static readonly InstrumentAdvice<double> Delays = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600] };

    private static readonly InstrumentAdvice<int> Rows = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] };

    private static readonly Meter Meter = new(Name);

    public static ActivitySource Activities { get; } = new(Name);

    public static Histogram<double> RequestDuration { get; } =
        Meter.CreateHistogram("http.server.request.duration", "s", "From a request's arrival at the app to its answer.", advice: Seconds);

    public static Histogram<double> InvocationDuration { get; } =
        Meter.CreateHistogram("faas.invoke_duration", "s", "How long functions ran that no request started.", advice: Seconds);

    public static Counter<long> RefusedRequests { get; } =
        Meter.CreateCounter<long>("nxloy.rate_limit.refusals", "{request}", "Requests answered 429.");

    public static Counter<long> CacheReads { get; } =
        Meter.CreateCounter<long>("nxloy.cache.reads", "{read}", "What was looked up in a cache, by where it was found.");

    public static Counter<long> ReplayedRequests { get; } =
        Meter.CreateCounter<long>("nxloy.idempotency.replays", "{request}", "Requests whose Idempotency-Key had made its resource before.");

    public static Histogram<int> AuditBatchSize { get; } =
        Meter.CreateHistogram("nxloy.audit.batch.size", "{row}", "Audit rows that shared one commit.", advice: Rows);

    public static Histogram<double> AuditWait { get; } =
        Meter.CreateHistogram("nxloy.audit.wait.duration", "s", "How long a request waited for its audit row.", advice: Seconds);

    public static Counter<long> IngestedEvents { get; } =
        Meter.CreateCounter<long>("nxloy.events.ingested", "{event}", "Events taken in, by what became of them.");

    public static Counter<long> DeadLetters { get; } =
        Meter.CreateCounter<long>("nxloy.events.dead_lettered", "{message}", "Events from the bus that are not tried again, by the reason.");

    public static Counter<long> PostponedEvents { get; } =
        Meter.CreateCounter<long>("nxloy.events.postponed", "{message}", "Events from the bus that wait to be tried again, by the reason.");

    public static Histogram<double> ExportDuration { get; } =
        Meter.CreateHistogram("nxloy.exports.duration", "s", "From asking for an export, or its approval, to the package.", advice: Minutes);

    public static Counter<long> EndedExports { get; } =
        Meter.CreateCounter<long>("nxloy.exports.ended", "{export}", "Exports that were packed, or failed.");

    public static Counter<long> PublishedEvents { get; } =
        Meter.CreateCounter<long>("nxloy.outbox.published", "{event}", "Events that Service Bus has taken.");

    public static Counter<long> RefusedEvents { get; } =
        Meter.CreateCounter<long>("nxloy.outbox.refused", "{event}", "Events that Service Bus refused for good.");

    public static Histogram<double> PublishDelay { get; } =
        Meter.CreateHistogram("nxloy.outbox.delay", "s", "From a fact to its event on Service Bus.", advice: Delays);

    public static Gauge<long> WaitingEvents { get; } =
        Meter.CreateGauge<long>("nxloy.outbox.pending", "{event}", "Events that wait to be published.");

    public static Gauge<double> OldestWaitingEvent { get; } =
        Meter.CreateGauge<double>("nxloy.outbox.oldest.age", "s", "For how long the oldest of them has waited.");

    public static Counter<long> Alerts { get; } =
        Meter.CreateCounter<long>("nxloy.alerts", "{alert}", "What a person has to look at, by name.");
}

using Microsoft.DurableTask.Abstractions;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>What host.json says under <c>extensions.durableTask</c>, by the official names and defaults, and the lease.</summary>
internal sealed class DurableOptions
{
    private readonly string match;

    /// <exception cref="FormatException">A value that is none of those the official extension knows.</exception>
    public DurableOptions(IConfiguration settings)
    {
        var section = settings.GetSection($"{AppSettings.HostJson}:extensions:durableTask");
        var perKind = 10 * Environment.ProcessorCount;
        MaxConcurrentActivities = section.GetValue("maxConcurrentActivityFunctions", perKind);
        MaxConcurrentOrchestrators = section.GetValue("maxConcurrentOrchestratorFunctions", perKind);
        DefaultVersion = section["defaultVersion"] ?? "";
        match = OneOf(section["versionMatchStrategy"], "None", "Strict", "CurrentOrOlder");
        FailsOnMismatch = OneOf(section["versionFailureStrategy"], "Reject", "Fail") == "Fail";
        Lease = settings.GetValue("EmbeddedRuntime:Lease", TimeSpan.FromSeconds(6));
    }

    public int MaxConcurrentActivities { get; }
    public int MaxConcurrentOrchestrators { get; }

    /// <summary>Of instances started without a version; with a match strategy also the version of this process.</summary>
    public string DefaultVersion { get; }

    /// <summary>An instance of a version that this process does not run fails; otherwise it is left to others.</summary>
    public bool FailsOnMismatch { get; }

    /// <summary>How long a process that gives no sign of life keeps its work. Machine time.</summary>
    public TimeSpan Lease { get; }

    /// <summary>How long at most to wait before an outcome that could not be stored is tried again. Machine time.</summary>
    public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How soon at the earliest to look for work without having heard of any. Machine time.</summary>
    public TimeSpan ShortestIdlePause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>And at the latest, when there was none for long.</summary>
    public TimeSpan LongestIdlePause { get; init; } = TimeSpan.FromSeconds(2);

    public bool Runs(string version) => match switch
    {
        "Strict" => string.Equals(version, DefaultVersion, StringComparison.OrdinalIgnoreCase),
        "CurrentOrOlder" => TaskOrchestrationVersioningUtils.CompareVersions(version, DefaultVersion) <= 0,
        _ => true,
    };

    private static string OneOf(string? value, params string[] known) =>
        value is null ? known[0]
        : Array.Find(known, name => string.Equals(name, value, StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException($"host.json, extensions.durableTask: '{value}' is none of {string.Join(", ", known)}.");
}

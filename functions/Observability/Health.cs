using System.Text.Json.Serialization;

namespace NxLoy.Functions.Observability;

/// <summary>That the process answers.</summary>
/// <param name="Status">Always <c>live</c>.</param>
public sealed record Liveness(string Status);

/// <summary>Whether requests can be served.</summary>
/// <param name="Status"><c>ready</c>; <c>degraded</c> when only something is down that requests do without; or <c>unready</c> when a dependency is down.</param>
/// <param name="Dependencies">Everything that a request needs, then what it does without for a while: Redis, Service Bus and the outbox.</param>
public sealed record Readiness(string Status, IReadOnlyList<Dependency> Dependencies)
{
    [JsonIgnore]
    public bool IsReady => Status != "unready";
}

/// <summary>One thing that the app depends on.</summary>
/// <param name="Name">What it is.</param>
/// <param name="State"><c>up</c>, <c>down</c>, or <c>late</c> where work has waited for too long.</param>
public sealed record Dependency(string Name, string State)
{
    /// <summary>Of the outbox: for how many seconds its oldest event has waited to be published.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BacklogSeconds { get; init; }
}

/// <summary>Something that requests do without for a while: they are served when it is down.</summary>
/// <param name="Name">What it is.</param>
/// <param name="IsConfigured">Whether the settings name it; where they do not it is left out.</param>
/// <param name="Ask">Answers how it is, or throws when it is down.</param>
public sealed record OptionalDependency(string Name, Func<bool> IsConfigured, Func<CancellationToken, Task<Dependency>> Ask);

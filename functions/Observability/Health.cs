using System.Text.Json.Serialization;

namespace NxLoy.Functions.Observability;

/// <summary>That the process answers.</summary>
/// <param name="Status">Always <c>live</c>.</param>
public sealed record Liveness(string Status);

/// <summary>Whether requests can be served.</summary>
/// <param name="Status"><c>ready</c>, or <c>unready</c> when a dependency is down.</param>
/// <param name="Dependencies">Everything that a request needs.</param>
public sealed record Readiness(string Status, IReadOnlyList<Dependency> Dependencies)
{
    [JsonIgnore]
    public bool IsReady => Status == "ready";
}

/// <summary>One thing that the app cannot do without.</summary>
/// <param name="Name">What it is.</param>
/// <param name="State"><c>up</c> or <c>down</c>.</param>
public sealed record Dependency(string Name, string State);

using System.Text.Json.Serialization;

namespace NxLoy.Functions.Http;

/// <summary>A problem as RFC 9457 writes it; members that say nothing are left out.</summary>
public sealed record ProblemDocument
{
    /// <summary>An address that names the kind of problem; docs/problems.md explains each.</summary>
    public required string Type { get; init; }

    /// <summary>The same sentence for every occurrence.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Stable name of the problem: what a program decides by.</summary>
    public required string Code { get; init; }

    /// <summary>The request's W3C trace id: who reports a problem by it makes its log lines easy to find.</summary>
    public required string TraceId { get; init; }

    /// <summary>What is particular to this occurrence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The existing resource that stands in the way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ExistingId { get; init; }

    /// <summary>Every fault in the request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Fault>? Errors { get; init; }

    public static ProblemDocument Of(Problem problem, string traceId) => new()
    {
        Type = $"https://nxloy.invalid/problems/{problem.Code}",
        Title = problem.Title,
        Status = problem.Status,
        Code = problem.Code,
        TraceId = traceId,
        Detail = problem.Detail,
        ExistingId = problem.ExistingId,
        Errors = problem.Errors.Count > 0 ? problem.Errors : null,
    };
}

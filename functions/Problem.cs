namespace NxLoy.Functions;

/// <summary>An expected failure, answered as an RFC 9457 problem document (application/problem+json).</summary>
/// <param name="Status">HTTP status, 400-599.</param>
/// <param name="Code">Stable, machine-readable name in snake_case; docs/problems.md lists every one.</param>
/// <param name="Title">The same sentence for every occurrence.</param>
public sealed record Problem(int Status, string Code, string Title)
{
    /// <summary>What is particular to this occurrence; never holds personal data.</summary>
    public string? Detail { get; init; }

    /// <summary>For bad input: every fault, not just the first.</summary>
    public IReadOnlyList<Fault> Errors { get; init; } = [];

    /// <summary>The existing resource that stands in the way, for conflicts.</summary>
    public Guid? ExistingId { get; init; }

    /// <summary>Seconds after which asking again may help.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static Problem Invalid(params IReadOnlyList<Fault> errors) =>
        new(400, "invalid_request", "The request holds values that cannot be accepted.") { Errors = errors };
}

/// <summary>One fault in a request.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the body, or the name of the query parameter or header.</param>
/// <param name="Code">Stable name of the kind of fault.</param>
/// <param name="Detail">A sentence for people; never repeats the value.</param>
public sealed record Fault(string Pointer, string Code, string Detail);

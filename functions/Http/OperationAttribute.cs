namespace NxLoy.Functions.Http;

/// <summary>
/// What <c>GET /api/openapi.json</c> says of a function beyond what its trigger and <see cref="AllowAttribute"/> say.
/// Problems that follow from these facts (token, role, body, If-Match, Idempotency-Key) are described without being named.
/// </summary>
/// <param name="summary">One sentence for the API's users.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperationAttribute(string summary) : Attribute
{
    public string Summary => summary;

    /// <summary>A type with a static <c>From(Fields)</c>, whose questions are the body's fields; null takes no body.</summary>
    public Type? Body { get; init; }

    /// <summary>
    /// For a body that is no object of <see cref="Fields"/>: a type with a static <c>Schemas()</c>, which answers the JSON
    /// schema of each content type.
    /// </summary>
    public Type? BodySchema { get; init; }

    public bool TakesBody => Body is not null || BodySchema is not null;

    /// <summary>True where the body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>A type with a static <c>From(Fields)</c>, whose questions are the query parameters; null takes none.</summary>
    public Type? Query { get; init; }

    /// <summary>What a success answers; <c>Versioned&lt;T&gt;</c> is T with an ETag; null answers no body.</summary>
    public Type? Answer { get; init; }

    /// <summary>Where a success answers a file and no JSON: its content type.</summary>
    public string? AnswerMediaType { get; init; }

    /// <summary>Status of a success; 200 with an answer and 204 without one unless given. 201 and 202 carry a Location.</summary>
    public int Status { get; init; }

    /// <summary>Other statuses with the same answer.</summary>
    public int[] OtherStatuses { get; init; } = [];

    /// <summary>True where a change needs the header If-Match.</summary>
    public bool IfMatch { get; init; }

    /// <summary>True where a POST takes an Idempotency-Key although it makes nothing, or takes no body.</summary>
    public bool TakesKey { get; init; }

    /// <summary>True for what must answer however often it is asked: probes.</summary>
    public bool IsNeverLimited { get; init; }

    /// <summary>The codes of the slice's own problems that this function may answer.</summary>
    public string[] Problems { get; init; } = [];

    public int StatusOfSuccess => Status != 0 ? Status : Answer is null ? 204 : 200;
}

namespace NxLoy.Functions.Http;

/// <summary>A question that a parser puts to <see cref="Fields"/>: what the API's description tells of the field.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">JSON schema's word: string, boolean, integer, number, array (of strings), object.</param>
public sealed record AskedField(string Name, string Type)
{
    /// <summary>JSON schema's word: uuid, date, date-time.</summary>
    public string? Format { get; init; }

    /// <summary>Characters, of a text or of each text in a list.</summary>
    public int? MaxLength { get; init; }

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    public int? MaxItems { get; init; }

    /// <summary>The only texts that are accepted.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>What is asked of an object in its turn.</summary>
    public IReadOnlyList<AskedField>? Fields { get; init; }
}

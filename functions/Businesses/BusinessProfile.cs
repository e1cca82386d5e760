namespace NxLoy.Functions.Businesses;

/// <summary>A business as its owner sees it. The last seven are the owner's to write; the rest comes by events.</summary>
public sealed record BusinessProfile
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>ACTIVE, or CLOSED: then everything can be read and nothing written.</summary>
    public required string Status { get; init; }

    /// <summary>IANA zone whose local days this business counts in.</summary>
    public required string TimeZone { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>ISO 3166 alpha-2: how a phone without a country code is read.</summary>
    public required string DefaultRegion { get; init; }

    public required string ConsentMode { get; init; }

    public required decimal DefaultMargin { get; init; }

    public required decimal AcquisitionCost { get; init; }

    public required int GraceMonths { get; init; }

    public required string? PrivacyContact { get; init; }

    public required IReadOnlyList<string> ProcessingPurposes { get; init; }

    public required int? RetentionMonths { get; init; }
}

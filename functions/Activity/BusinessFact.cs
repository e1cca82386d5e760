namespace NxLoy.Functions.Activity;

/// <summary>A business as the module that keeps businesses tells it.</summary>
public sealed record BusinessFact
{
    /// <summary>1-255 characters.</summary>
    public required string Name { get; init; }

    /// <summary>CLOSED: it can only be read from now on.</summary>
    public required bool IsClosed { get; init; }

    /// <summary>IANA zone.</summary>
    public required string TimeZone { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>ISO 3166 alpha-2.</summary>
    public required string DefaultRegion { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}

using System.Text.Json;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>A business's tiers as its owner sees them.</summary>
public sealed record TierConfiguration
{
    /// <summary>Null while none is stored.</summary>
    public required Guid? Id { get; init; }

    public required Guid BusinessId { get; init; }

    /// <summary>Null while none are stored: then every customer is BRONZE.</summary>
    public required TierThresholds? Thresholds { get; init; }

    /// <summary>Who changed them last.</summary>
    public required string? UpdatedBy { get; init; }

    public required DateTimeOffset? CreatedAt { get; init; }

    public required DateTimeOffset? UpdatedAt { get; init; }
}

internal sealed record TierConfigurationRow
{
    public required Guid Id { get; init; }
    public required Guid BusinessId { get; init; }
    public required string Thresholds { get; init; }
    public required string UpdatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    public const string Columns =
        "id, business_id as businessid, thresholds::text as thresholds, updated_by as updatedby, created_at as createdat, updated_at as updatedat, version";

    public Versioned<TierConfiguration> ToConfiguration() => new(
        new TierConfiguration
        {
            Id = Id,
            BusinessId = BusinessId,
            Thresholds = Read(Thresholds),
            UpdatedBy = UpdatedBy,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        },
        Version);

    /// <summary>Thresholds as they are stored.</summary>
    public static string Write(TierThresholds thresholds) => JsonSerializer.Serialize(thresholds, Json.Options);

    public static TierThresholds Read(string json) => JsonSerializer.Deserialize<TierThresholds>(json, Json.Options)!;
}

using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>A duty to keep a customer's data for the time being; while one stands, the customer is not erased.</summary>
public sealed record LegalHold : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => [CustomerId];

    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    /// <summary>The claim or duty it stands on; gone once the customer is erased.</summary>
    public required string? Ground { get; init; }

    /// <summary>From then on it no longer stands; null until it is released.</summary>
    public required DateTimeOffset? Until { get; init; }

    public required string PlacedBy { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public required string? ReleasedBy { get; init; }

    public required DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>True while it keeps the customer from being erased.</summary>
    public required bool IsActive { get; init; }
}

/// <summary>The hold to place: the body of POST.</summary>
/// <param name="Ground">1-1,000 characters.</param>
/// <param name="Until">In the future; null until released.</param>
public sealed record NewHold(string Ground, DateTimeOffset? Until)
{
    private const int GroundLength = 1000;

    public static Result<NewHold> From(Fields fields)
    {
        var (ground, until) = (fields.Text("ground", GroundLength, required: true), Moment.ReadInstant(fields, "until"));
        return fields.Finish(() => new NewHold(ground!, until));
    }
}

internal sealed record HoldRow
{
    public const string Columns =
        """
        h.id, h.customer_id as customerid, h.ground, h.until, h.placed_by as placedby, h.placed_at as placedat,
        h.released_by as releasedby, h.released_at as releasedat, h.released_at is null and (h.until is null or h.until > @now) as isactive
        """;

    public required Guid Id { get; init; }
    public required Guid CustomerId { get; init; }
    public required string? Ground { get; init; }
    public required DateTimeOffset? Until { get; init; }
    public required string PlacedBy { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public required string? ReleasedBy { get; init; }
    public required DateTimeOffset? ReleasedAt { get; init; }
    public required bool IsActive { get; init; }

    public LegalHold ToHold() => new()
    {
        Id = Id,
        CustomerId = CustomerId,
        Ground = Ground,
        Until = Until,
        PlacedBy = PlacedBy,
        PlacedAt = PlacedAt,
        ReleasedBy = ReleasedBy,
        ReleasedAt = ReleasedAt,
        IsActive = IsActive,
    };
}

using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>Which customers a list shows; what is null restricts nothing. All that is given must hold.</summary>
public sealed record CustomerFilter
{
    public const int SearchLength = 255;
    public const int TagLength = 50;

    public LoyaltyTier? Tier { get; init; }

    /// <summary>None: active and inactive, not deleted.</summary>
    public CustomerStatus? Status { get; init; }

    /// <summary>A tag, in any case.</summary>
    public string? Tag { get; init; }

    public Moment? CreatedFrom { get; init; }

    public Moment? CreatedTo { get; init; }

    /// <summary>With either end of this range, who never visited is not shown.</summary>
    public Moment? LastVisitFrom { get; init; }

    public Moment? LastVisitTo { get; init; }

    /// <summary>A text to find in name, email, phone or external id.</summary>
    public string? Search { get; init; }

    public static CustomerFilter Read(Fields fields) => new()
    {
        Tier = fields.Choice<LoyaltyTier>("tier"),
        Status = ReadStatus(fields),
        Tag = fields.Text("tag", TagLength),
        CreatedFrom = Moment.Read(fields, "createdFrom"),
        CreatedTo = Moment.Read(fields, "createdTo"),
        LastVisitFrom = Moment.Read(fields, "lastVisitFrom"),
        LastVisitTo = Moment.Read(fields, "lastVisitTo"),
        Search = fields.Text("search", SearchLength),
    };

    private static CustomerStatus? ReadStatus(Fields fields)
    {
        switch (fields.Text("status", 20))
        {
            case null: return null;
            case "active": return CustomerStatus.Active;
            case "inactive": return CustomerStatus.Inactive;
            case "deleted": return CustomerStatus.Deleted;
            default:
                fields.Fault("status", "not_one_of", "This must be one of active, inactive, deleted.");
                return null;
        }
    }
}

/// <summary>The states a list can be narrowed to.</summary>
public enum CustomerStatus
{
    Active,
    Inactive,

    /// <summary>Soft-deleted; for compliance alone.</summary>
    Deleted,
}

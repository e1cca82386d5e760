using System.Diagnostics.CodeAnalysis;

namespace NxLoy.Functions.Exports;

/// <summary>What a package holds.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are the specification's and stand in the API.")]
public enum ExportType
{
    /// <summary>Everything that is kept about the customer.</summary>
    GDPR_FULL,

    /// <summary>Profile and transactions.</summary>
    GDPR_BASIC,

    /// <summary>Figures of the groups that the customer is in, never its own.</summary>
    BUSINESS_ANALYTICS,
}

/// <summary>Where an export stands.</summary>
public enum ExportStatus
{
    /// <summary>Asked for; it waits for approval, or begins at once.</summary>
    PENDING,

    /// <summary>Being packed.</summary>
    PROCESSING,

    /// <summary>Can be downloaded until it expires.</summary>
    COMPLETED,

    /// <summary>There is no package; the failure says why.</summary>
    FAILED,

    /// <summary>The package has been deleted, and the key to it destroyed.</summary>
    EXPIRED,
}

/// <summary>Whether somebody at the business has to agree; only what a customer asks for itself waits for that.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "Words of the API are written alike.")]
public enum ExportApproval
{
    NOT_NEEDED,

    WAITING,

    APPROVED,

    REJECTED,
}

using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>A package of what is kept about a customer, asked for, being made, or there to be downloaded.</summary>
public sealed record Export : IAboutCustomers
{
    private readonly IReadOnlyList<Guid> customers = [];

    IEnumerable<Guid>? IAboutCustomers.Customers => customers;

    internal IReadOnlyList<Guid> About
    {
        init => customers = value;
    }

    public required Guid Id { get; init; }

    /// <summary>At the business it was asked for in.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>Null for a person's package, which is of every business that the asking token named.</summary>
    public required Guid? BusinessId { get; init; }

    public required ExportType ExportType { get; init; }

    public required ExportStatus Status { get; init; }

    /// <summary>0-100.</summary>
    public required int Progress { get; init; }

    /// <summary>The token's subject; a customer is told only the role of who else asked: owner or compliance.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Why it was asked for; a customer is told only its own.</summary>
    public required string? Reason { get; init; }

    public required ExportApproval Approval { get; init; }

    /// <summary>Why it was refused.</summary>
    public required string? DecisionReason { get; init; }

    public required DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why there is no package: rejected, customer_erased, storage_unavailable, storage_full, database_unavailable, incomplete, internal_error; null unless FAILED.</summary>
    public required string? FailureCode { get; init; }

    /// <summary>The package's parts in their order; empty until it is being packed, and in lists.</summary>
    public required IReadOnlyList<ExportedSection> Sections { get; init; }

    /// <summary>Where the package can be downloaded; null unless COMPLETED.</summary>
    public required string? FileUrl { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long? FileBytes { get; init; }

    /// <summary>By when it is to be ready: 24 hours after asking or approval; null while it waits.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    /// <summary>When the package is deleted: 30 days after asking, approval or retry.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A part of a package.</summary>
/// <param name="BusinessId">Whose data.</param>
/// <param name="Name">As its files are called.</param>
/// <param name="Rows">How many; null until it is written.</param>
/// <param name="AsOf">The instant it stands for; null until it is written.</param>
public sealed record ExportedSection(Guid BusinessId, string Name, long? Rows, DateTimeOffset? AsOf);

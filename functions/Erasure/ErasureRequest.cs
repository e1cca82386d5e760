using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>An erasure as the API shows it: what was asked, where it stands, and what comes next.</summary>
public sealed record ErasureRequest : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => [CustomerId];

    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    public required ErasureStatus Status { get; init; }

    /// <summary>Percent, 0-100: 100 when COMPLETED, 50 while what is left is being looked for.</summary>
    public required int Progress { get; init; }

    /// <summary>True while a legal hold keeps it from running.</summary>
    public required bool IsOnHold { get; init; }

    /// <summary>As what it was asked for: customer, owner, compliance, or ledger (found again after a restore).</summary>
    public required string RequestedAs { get; init; }

    /// <summary>The token's subject of who asked; null for the customer's own eyes unless it was the customer.</summary>
    public required string? RequestedBy { get; init; }

    /// <summary>Why; gone once it is erased.</summary>
    public required string? Reason { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>By when it must be done: the earlier of 30 days and one calendar month after asking.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public required string? ApprovedBy { get; init; }

    public required DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>When it runs unless a hold stands or it is stopped; null until approved.</summary>
    public required DateTimeOffset? EraseAt { get; init; }

    public required string? EndedBy { get; init; }

    /// <summary>When it was rejected or cancelled.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>On what ground it was rejected, or why it was cancelled.</summary>
    public required string? EndReason { get; init; }

    /// <summary>When the rows were erased.</summary>
    public required DateTimeOffset? ErasedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Where the certificate is; null until completed.</summary>
    public required string? CertificateUrl { get; init; }
}

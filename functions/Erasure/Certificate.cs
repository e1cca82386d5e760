namespace NxLoy.Functions.Erasure;

/// <summary>What a completed erasure certifies. It names the customer by an id that means nothing any more, and nobody else.</summary>
public sealed record Certificate
{
    /// <summary>The version of this form.</summary>
    public int CertificateVersion { get; init; } = 1;

    public required Guid ErasureId { get; init; }

    public required Guid BusinessId { get; init; }

    public required string BusinessName { get; init; }

    /// <summary>The tombstone's id.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>customer, owner, compliance, or ledger.</summary>
    public required string RequestedAs { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset ApprovedAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public required DateTimeOffset ErasedAt { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Rows removed or emptied, by table.</summary>
    public required IReadOnlyDictionary<string, int> Erased { get; init; }

    public required IReadOnlyList<KeptData> Kept { get; init; }

    public required ScanResult Scan { get; init; }

    /// <summary>Whether the ledger's entry stands in blob storage too.</summary>
    public required bool IsInLedger { get; init; }

    /// <summary>The local day on which the last backup that holds the person is deleted.</summary>
    public required DateOnly LastBackupExpiresOn { get; init; }
}

/// <param name="What">In plain words.</param>
/// <param name="Rows">How many of the customer's stay; null where they are not counted.</param>
/// <param name="Ground">Why they may.</param>
/// <param name="Retention">How long: an ISO 8601 duration, or words where the business has set none.</param>
public sealed record KeptData(string Table, string What, long? Rows, string Ground, string Retention);

/// <param name="Columns">Columns of text that were read in every row of the business.</param>
/// <param name="RepairedRows">Rows in which an identifier was found and taken out before the last scan.</param>
/// <param name="Found">What the last scan found: always 0, or there would be no certificate.</param>
public sealed record ScanResult(int Columns, int RepairedRows, int Found);

/// <summary>A certificate with its signature.</summary>
/// <param name="Certificate">For reading; what counts is what is signed.</param>
/// <param name="Jws">JSON Web Signature (RFC 7515, compact): its payload is the certificate, its header holds the public key.</param>
/// <param name="KeyId">The thumbprint (RFC 7638) of that key: compare it with the one you were given before you trust it.</param>
public sealed record SignedCertificate(Certificate Certificate, string Jws, string KeyId);

using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>A row of customer_data_exports, and who may see it.</summary>
internal sealed record ExportRow
{
    /// <summary>Of the table as <c>e</c>, with its customer as <c>c</c>.</summary>
    public const string Columns =
        """
        e.id, e.customer_id as customerid, e.business_id as businessid, e.asked_in as askedin, e.business_ids as businessids,
        e.customer_ids as customerids, e.export_type as exporttype, e.status, e.requested_by as requestedby,
        e.requested_as as requestedas, e.request_reason as requestreason, e.approval, e.decided_at as decidedat,
        e.decision_reason as decisionreason, e.run, e.due_at as dueat, e.wrapped_key as wrappedkey, e.failure_code as failurecode,
        e.file_blob as fileblob, e.file_bytes as filebytes, e.expires_at as expiresat, e.completed_at as completedat,
        e.created_at as createdat, e.updated_at as updatedat, c.deleted_at is not null as isdeleted
        """;

    // A person's customer at another business is behind that one's wall.
    public const string From = "from customer_data_exports e left join customers c on c.id = e.customer_id";

    public required Guid Id { get; init; }
    public required Guid CustomerId { get; init; }
    public required Guid? BusinessId { get; init; }
    public required Guid AskedIn { get; init; }
    public required Guid[] BusinessIds { get; init; }
    public required Guid[] CustomerIds { get; init; }
    public required ExportType ExportType { get; init; }
    public required ExportStatus Status { get; init; }
    public required string RequestedBy { get; init; }
    public required string RequestedAs { get; init; }
    public required string? RequestReason { get; init; }
    public required ExportApproval Approval { get; init; }
    public required DateTimeOffset? DecidedAt { get; init; }
    public required string? DecisionReason { get; init; }
    public required int Run { get; init; }
    public required DateTimeOffset? DueAt { get; init; }
    public required byte[]? WrappedKey { get; init; }
    public required string? FailureCode { get; init; }
    public required string? FileBlob { get; init; }
    public required long? FileBytes { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required DateTimeOffset? CompletedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required bool IsDeleted { get; init; }

    public ExportRun CurrentRun => new(Id, AskedIn, Run);

    /// <summary>It may be packed: nobody's word is waited for.</summary>
    public bool MayRun => Status is ExportStatus.PENDING or ExportStatus.PROCESSING && Approval is ExportApproval.NOT_NEEDED or ExportApproval.APPROVED;

    /// <summary>Everyone it is about, with the business.</summary>
    public IEnumerable<(Guid Business, Guid Customer)> About => BusinessIds.Zip(CustomerIds);

    public bool IsVisibleTo(Caller caller) =>
        BusinessId is null
            ? caller.Is(Role.Compliance) && Array.TrueForAll(BusinessIds, caller.Businesses.Contains)
            : caller.Sees(CustomerId) && (!IsDeleted || caller.SeesDeleted);

    /// <summary>The export in the session's business as long as the caller may see it; else not_found.</summary>
    public static async Task<Result<ExportRow>> FindAsync(Session session, Caller caller, Guid id, bool forUpdate = false) =>
        await session.FindAsync<ExportRow>($"select {Columns} {From} where e.id = @id{(forUpdate ? " for update of e" : "")}", new { id }) is { } row
            && row.IsVisibleTo(caller) ? row : HttpProblems.NotFound;

    /// <summary>The same for the work itself, which nobody asks for over HTTP.</summary>
    public static Task<ExportRow?> FindAsync(Session session, ExportRun run, string locked = "") =>
        session.FindAsync<ExportRow>($"select {Columns} {From} where e.id = @id{locked}", new { id = run.ExportId });

    /// <summary>
    /// The open export of the same type and scope, if there is one. Its customers are its scope: a token that names fewer or
    /// more businesses asks for another package, and so does one that asks after a tie was changed.
    /// </summary>
    /// <param name="customers">The one of the session's business first.</param>
    public static Task<IReadOnlyList<Guid>> FindOpenAsync(Session session, ExportType type, Guid[] customers, bool isPerson) => session.QueryAsync<Guid>(
        """
        select id from customer_data_exports
        where customer_id = @customer and export_type = @type and (business_id is null) = @isPerson and customer_ids = @customers
            and status in ('PENDING', 'PROCESSING')
        for no key update
        """,
        new { customer = customers[0], type = type.ToString(), isPerson, customers });

    public Export ToExport(Caller caller, IReadOnlyList<ExportedSection> sections)
    {
        var isOwn = caller.Roles != Role.Customer || RequestedBy == caller.Subject;
        return new Export
        {
            Id = Id,
            CustomerId = CustomerId,
            BusinessId = BusinessId,
            ExportType = ExportType,
            Status = Status,
            Progress = ProgressOf(sections),
            RequestedBy = isOwn ? RequestedBy : RequestedAs,
            Reason = isOwn ? RequestReason : null,
            Approval = Approval,
            DecisionReason = DecisionReason,
            DecidedAt = DecidedAt,
            FailureCode = FailureCode,
            Sections = sections,
            FileUrl = Status == ExportStatus.COMPLETED ? $"/api/v1/exports/{Id}/download" : null,
            FileBytes = Status == ExportStatus.COMPLETED ? FileBytes : null,
            DueAt = DueAt,
            ExpiresAt = ExpiresAt,
            CompletedAt = CompletedAt,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            About = CustomerIds,
        };
    }

    // Putting the package together counts as one section more.
    private int ProgressOf(IReadOnlyList<ExportedSection> sections) =>
        Status is ExportStatus.COMPLETED or ExportStatus.EXPIRED ? 100
        : sections.Count == 0 ? 0 : 100 * sections.Count(section => section.Rows is not null) / (sections.Count + 1);
}

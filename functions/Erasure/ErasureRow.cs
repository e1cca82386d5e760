using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>An erasure request as it is kept, and who may see it.</summary>
internal sealed record ErasureRow
{
    public required Guid Id { get; init; }
    public required Guid CustomerId { get; init; }
    public required ErasureStatus Status { get; init; }
    public required string RequestedBy { get; init; }
    public required string RequestedAs { get; init; }
    public required string? Reason { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required string? ApprovedBy { get; init; }
    public required DateTimeOffset? ApprovedAt { get; init; }
    public required DateTimeOffset? EraseAt { get; init; }
    public required int? AlertedDays { get; init; }
    public required string? EndedBy { get; init; }
    public required DateTimeOffset? EndedAt { get; init; }
    public required string? EndReason { get; init; }
    public required DateTimeOffset? ErasedAt { get; init; }
    public required DateTimeOffset? CompletedAt { get; init; }
    public required bool IsHeld { get; init; }
    public required DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Every column of it, with the holds that stand at @now; the table goes by the name e.</summary>
    public const string Columns =
        """
        e.id, e.customer_id as customerid, e.status, e.requested_by as requestedby, e.requested_as as requestedas, e.reason,
        e.requested_at as requestedat, e.due_at as dueat, e.approved_by as approvedby, e.approved_at as approvedat,
        e.erase_at as eraseat, e.alerted_days as alerteddays, e.ended_by as endedby, e.ended_at as endedat, e.end_reason as endreason,
        e.erased_at as erasedat, e.completed_at as completedat,
        exists (
            select from legal_holds h
            where h.business_id = e.business_id and h.customer_id = e.customer_id and h.released_at is null and (h.until is null or h.until > @now)
        ) as isheld,
        (
            select case when bool_and(h.until is not null) then max(h.until) end from legal_holds h
            where h.business_id = e.business_id and h.customer_id = e.customer_id and h.released_at is null and (h.until is null or h.until > @now)
        ) as helduntil
        """;

    public bool IsOpen => Status is ErasureStatus.PENDING or ErasureStatus.APPROVED or ErasureStatus.PROCESSING;

    public ErasureState State => new(Status, DueAt, EraseAt, AlertedDays, IsHeld, HeldUntil);

    /// <summary>Compliance sees every one, a customer its own, an owner those it asked for.</summary>
    public bool IsVisibleTo(Caller caller) => caller.Is(Role.Compliance)
        || (caller.Is(Role.Customer) && caller.Subject == CustomerId.ToString())
        || (caller.Is(Role.Owner) && RequestedBy == caller.Subject);

    /// <summary>Reads one under lock, in the transaction of a change.</summary>
    public static Task<ErasureRow?> LockAsync(Session session, Guid id, DateTimeOffset now) => session.FindAsync<ErasureRow>(
        $"select {Columns} from erasure_requests e where e.business_id = @business and e.id = @id for no key update",
        new { business = session.Business, id, now });

    /// <summary>Reads one in the transaction of a change.</summary>
    public static Task<ErasureRow?> FindAsync(Session session, Guid id, DateTimeOffset now) => session.FindAsync<ErasureRow>(
        $"select {Columns} from erasure_requests e where e.business_id = @business and e.id = @id",
        new { business = session.Business, id, now });

    public ErasureRequest ToRequest(Caller caller)
    {
        var isStaff = caller.Is(Role.Owner | Role.Compliance);
        return new ErasureRequest
        {
            Id = Id,
            CustomerId = CustomerId,
            Status = Status,
            Progress = Status switch { ErasureStatus.COMPLETED => 100, ErasureStatus.PROCESSING => 50, _ => 0 },
            IsOnHold = IsHeld && IsOpen && Status != ErasureStatus.PROCESSING,
            RequestedAs = RequestedAs,
            RequestedBy = isStaff || RequestedBy == caller.Subject ? RequestedBy : null,
            Reason = Reason,
            RequestedAt = RequestedAt,
            DueAt = DueAt,
            ApprovedBy = isStaff ? ApprovedBy : null,
            ApprovedAt = ApprovedAt,
            EraseAt = EraseAt,
            EndedBy = isStaff ? EndedBy : null,
            EndedAt = EndedAt,
            EndReason = EndReason,
            ErasedAt = ErasedAt,
            CompletedAt = CompletedAt,
            CertificateUrl = Status == ErasureStatus.COMPLETED ? $"/api/v1/erasures/{Id}/certificate" : null,
        };
    }
}

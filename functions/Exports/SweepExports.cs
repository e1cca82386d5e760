using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Takes up what fell through: exports whose orchestration is missing, packages whose time is over, blobs of what has
/// ended, and requests that nobody decides on.
/// </summary>
public sealed class SweepExports(WorkerDatabase worker, BlobStorage storage, ExportFiles files, EndExport end, Alerts alerts, BusinessDatabase database, TimeProvider time)
{
    private const int AtOnce = 1000;

    /// <summary>Old enough that whoever wrote the row has long started what it asks for, or never will.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(2);

    /// <param name="start">Starts the packing unless it runs already.</param>
    /// <param name="forget">Purges the orchestration of an export that has ended.</param>
    public async Task ExecuteAsync(Func<ExportRun, Task> start, Func<ExportRun, Task> forget, CancellationToken cancellation)
    {
        var now = time.Now();
        await WarnAsync(now, cancellation);
        if (!storage.IsConfigured)
        {
            return;
        }

        foreach (var run in await FindAsync("status in ('PENDING', 'PROCESSING') and approval <> 'WAITING' and updated_at <= @before", now - Settled, cancellation))
        {
            await start(run);
        }

        foreach (var run in await FindAsync("status = 'COMPLETED' and expires_at <= @before", now, cancellation))
        {
            await end.ExpireAsync(run, cancellation);
        }

        foreach (var run in await FindAsync("status in ('FAILED', 'EXPIRED') and not is_swept and updated_at <= @before", now - Settled, cancellation))
        {
            if (await end.SweepAsync(run, cancellation))
            {
                await forget(run);
            }
        }
    }

    /// <summary>Looks at the storage itself: blobs whose export has ended, or is not known at all, are nobody's.</summary>
    public async Task SweepFilesAsync(CancellationToken cancellation)
    {
        if (!storage.IsConfigured)
        {
            return;
        }

        foreach (var (business, export) in await files.ListAsync(cancellation))
        {
            var row = await database.FindAsync<FileRow>(
                business, "select status, file_blob as fileblob from customer_data_exports where id = @export", new { export }, cancellation);
            if (row is not { Status: ExportStatus.PENDING or ExportStatus.PROCESSING })
            {
                await files.DeleteBelowAsync(ExportFiles.Prefix(business, export), row?.FileBlob, cancellation);
            }
        }
    }

    private async Task<IReadOnlyList<ExportRun>> FindAsync(string condition, DateTimeOffset before, CancellationToken cancellation) =>
    [
        .. (await worker.QueryAsync<RunRow>(
            $"select id, asked_in as askedin, run from customer_data_exports where {condition} order by updated_at limit {AtOnce}", new { before }, cancellation))
            .Select(row => new ExportRun(row.Id, row.AskedIn, row.Run)),
    ];

    private async Task WarnAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var waiting = await worker.QueryAsync<WaitingRow>(
            """
            select e.id, e.asked_in as askedin, e.created_at as createdat, e.alerted_days as alerteddays, b.time_zone as timezone
            from customer_data_exports e
            join businesses b on b.id = e.asked_in
            where e.status = 'PENDING' and e.approval = 'WAITING'
            """,
            null, cancellation);
        foreach (var row in waiting)
        {
            if (ApprovalRules.Warning(row.CreatedAt, now, row.TimeZone) is not { } days || days >= (row.AlertedDays ?? int.MaxValue))
            {
                continue;
            }

            alerts.Raise("export_unapproved", row.AskedIn, row.Id, FormattableString.Invariant($"{days} days left of the month in which the customer has to be answered"));
            await database.QueryAsync<int>(
                row.AskedIn, "update customer_data_exports set alerted_days = @days where id = @Id", new { days, row.Id }, cancellation);
        }
    }

    private sealed record RunRow
    {
        public required Guid Id { get; init; }
        public required Guid AskedIn { get; init; }
        public required int Run { get; init; }
    }

    private sealed record FileRow
    {
        public required ExportStatus Status { get; init; }
        public required string? FileBlob { get; init; }
    }

    private sealed record WaitingRow
    {
        public required Guid Id { get; init; }
        public required Guid AskedIn { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public required int? AlertedDays { get; init; }
        public required string TimeZone { get; init; }
    }
}

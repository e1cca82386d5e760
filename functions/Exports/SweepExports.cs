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
    /// <param name="forget">Purges the orchestration of a run that has ended; false where there still is one.</param>
    /// <param name="cancellation">The host stops.</param>
    public async Task ExecuteAsync(Func<ExportRun, Task> start, Func<ExportRun, Task<bool>> forget, CancellationToken cancellation)
    {
        var now = time.Now();
        var failures = new List<Exception>();
        await WarnAsync(now, failures, cancellation);
        if (storage.IsConfigured)
        {
            await SweepAsync(now, start, forget, failures, cancellation);
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("Some exports could not be swept.", failures);
        }
    }

    private async Task SweepAsync(
        DateTimeOffset now, Func<ExportRun, Task> start, Func<ExportRun, Task<bool>> forget, List<Exception> failures, CancellationToken cancellation)
    {
        foreach (var run in await FindAsync("status in ('PENDING', 'PROCESSING') and approval <> 'WAITING' and updated_at <= @before", now - Settled, cancellation))
        {
            await TryAsync(() => start(run), failures);
        }

        foreach (var run in await FindAsync("status = 'COMPLETED' and expires_at <= @before", now, cancellation))
        {
            await TryAsync(() => end.ExpireAsync(run, cancellation), failures);
        }

        foreach (var run in await FindAsync("status in ('FAILED', 'EXPIRED') and not is_swept and updated_at <= @before", now - Settled, cancellation))
        {
            await TryAsync(() => ForgetAsync(run, forget, cancellation), failures);
        }
    }

    // Marked at last, so that whatever breaks off before is done again.
    private async Task ForgetAsync(ExportRun run, Func<ExportRun, Task<bool>> forget, CancellationToken cancellation)
    {
        if (await end.DeleteFilesAsync(run, cancellation) && await forget(run))
        {
            await end.MarkSweptAsync(run, cancellation);
        }
    }

    // One that cannot be swept keeps nobody from the others.
    private static async Task TryAsync(Func<Task> work, List<Exception> failures)
    {
        try
        {
            await work();
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            failures.Add(failed);
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
                business, "select status, run, file_blob as fileblob from customer_data_exports where id = @export", new { export }, cancellation);
            if (row is null)
            {
                await files.DeleteAllAsync(business, export, cancellation);
            }
            else if (row.Status is not (ExportStatus.PENDING or ExportStatus.PROCESSING))
            {
                await files.DeleteThroughAsync(new ExportRun(export, business, row.Run), row.FileBlob, cancellation);
            }
        }
    }

    private async Task<IReadOnlyList<ExportRun>> FindAsync(string condition, DateTimeOffset before, CancellationToken cancellation) =>
    [
        .. (await worker.QueryAsync<RunRow>(
            $"select id, asked_in as askedin, run from customer_data_exports where {condition} order by updated_at limit {AtOnce}", new { before }, cancellation))
            .Select(row => new ExportRun(row.Id, row.AskedIn, row.Run)),
    ];

    private async Task WarnAsync(DateTimeOffset now, List<Exception> failures, CancellationToken cancellation)
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
            await TryAsync(() => WarnAsync(row, now, cancellation), failures);
        }
    }

    private async Task WarnAsync(WaitingRow row, DateTimeOffset now, CancellationToken cancellation)
    {
        if (ApprovalRules.Warning(row.CreatedAt, now, row.TimeZone) is not { } days || days >= (row.AlertedDays ?? int.MaxValue))
        {
            return;
        }

        alerts.Raise("export_unapproved", row.AskedIn, row.Id, FormattableString.Invariant($"{days} days left of the month in which the customer has to be answered"));
        await database.QueryAsync<int>(
            row.AskedIn, "update customer_data_exports set alerted_days = @days where id = @Id", new { days, row.Id }, cancellation);
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
        public required int Run { get; init; }
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

using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Asks for a customer's package. The row first: whoever dies after it has left word of what is to be done. Who asks
/// again while one of the same scope is open is answered with it; staff who ask for what the customer waits for approve it.
/// </summary>
public sealed class RequestExport(BusinessDatabase database, BlobStorage storage, IdempotencyKeys idempotency, TimeProvider time)
{
    /// <summary>How long a package can be downloaded.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How soon one is promised.</summary>
    public static readonly TimeSpan Promised = TimeSpan.FromHours(24);

    /// <param name="start">Starts the packing unless it runs already.</param>
    public Task<Result<Export>> ExecuteAsync(
        Caller caller, Guid customer, Post<RequestedExport> post, Func<ExportRun, Task> start, CancellationToken cancellation) =>
        !caller.Sees(customer) ? Task.FromResult<Result<Export>>(HttpProblems.NotFound)
        : RequestAsync(caller, post, start, session => CustomerAsync(session, caller, customer), isPerson: false, cancellation);

    /// <summary>The same for a person: a package of every business that the caller's token names and the person is a customer of.</summary>
    public Task<Result<Export>> ExecuteForPersonAsync(
        Caller caller, Guid person, Post<RequestedExport> post, Func<ExportRun, Task> start, CancellationToken cancellation) =>
        RequestAsync(caller, post, start, session => PersonAsync(session, caller, person), isPerson: true, cancellation);

    private async Task<Result<Export>> RequestAsync(
        Caller caller, Post<RequestedExport> post, Func<ExportRun, Task> start,
        Func<Session, Task<Result<IReadOnlyList<PersonCustomer>>>> find, bool isPerson, CancellationToken cancellation)
    {
        if (!storage.IsConfigured)
        {
            return ExportProblems.StorageNotConfigured;
        }

        ExportRow? wanted = null;
        var export = await database.InTransactionAsync(
            caller,
            async session =>
            {
                var about = await find(session);
                if (about.Failed(out var refused))
                {
                    return refused;
                }

                var id = await OpenAsync(session, caller, post, about.Value, isPerson, time.Now());
                if (id.Failed(out var reused))
                {
                    return reused;
                }

                var found = await ExportRow.FindAsync(session, caller, id.Value);
                if (found.Failed(out var hidden))
                {
                    return hidden; // replayed with a token that names fewer businesses than the one that asked first
                }

                wanted = found.Value;
                caller.Trail.Touch(wanted.CustomerIds);
                return await GetExport.ExecuteAsync(session, caller, id.Value);
            },
            cancellation);
        if (export.Problem is null && wanted is { MayRun: true })
        {
            await start(wanted.CurrentRun);
        }

        return export;
    }

    // Locked, so that of two that ask at once the second sees the first one's, and none overtakes an erasure.
    private static async Task<Result<IReadOnlyList<PersonCustomer>>> CustomerAsync(Session session, Caller caller, Guid customer)
    {
        var found = await session.FindAsync<CustomerRow>(
            """
            select erased_at as erasedat from customers
            where business_id = @business and id = @customer and (deleted_at is null or @seesDeleted)
            for no key update
            """,
            new { business = session.Business, customer, caller.SeesDeleted });
        return found is null ? HttpProblems.NotFound
            : found.ErasedAt is not null ? ExportProblems.CustomerErased
            : (PersonCustomer[])[new PersonCustomer(session.Business, customer)];
    }

    // The business asked in comes first. A person that is no customer of it does not exist there. Locked in the order of
    // the customers' ids, as ties are, so that nobody who locks two of them can block another.
    private static async Task<Result<IReadOnlyList<PersonCustomer>>> PersonAsync(Session session, Caller caller, Guid person)
    {
        var tied = new List<PersonCustomer>();
        foreach (var business in caller.Businesses)
        {
            tied.AddRange((await TiedAsync(session.As(business), person)).Select(customer => new PersonCustomer(business, customer)));
        }

        var about = new List<PersonCustomer>();
        foreach (var one in tied.OrderBy(one => one.CustomerId))
        {
            if ((await TiedAsync(session.As(one.BusinessId), person, " for no key update")).Contains(one.CustomerId))
            {
                about.Add(one);
            }
        }

        return about.Exists(one => one.BusinessId == session.Business)
            ? (PersonCustomer[])[.. about.OrderByDescending(one => one.BusinessId == session.Business).ThenBy(one => one.BusinessId)]
            : HttpProblems.NotFound;
    }

    private static Task<IReadOnlyList<Guid>> TiedAsync(Session session, Guid person, string locked = "") => session.QueryAsync<Guid>(
        $"select id from customers where business_id = @business and person_id = @person and erased_at is null{locked}",
        new { business = session.Business, person });

    private async Task<Result<Guid>> OpenAsync(
        Session session, Caller caller, Post<RequestedExport> post, IReadOnlyList<PersonCustomer> about, bool isPerson, DateTimeOffset now)
    {
        var open = await ExportRow.FindOpenAsync(session, post.Body.ExportType, [.. about.Select(one => one.CustomerId)], isPerson);
        var id = open is [var known] ? known : Guid.CreateVersion7(now);
        var earlier = await idempotency.ClaimAsync(session, caller.Subject, post.Key, id, status: 202);
        if (earlier.Failed(out var reused))
        {
            return reused;
        }

        if (earlier.Value is { } made)
        {
            return made;
        }

        if (open.Count == 0)
        {
            await InsertAsync(session, caller, id, post.Body, about, isPerson, now);
        }
        else if (caller.Roles != Role.Customer)
        {
            await DecideExport.ApproveAsync(session, caller, id, now); // it waited for the word of one who may have it anyway
        }

        return id;
    }

    private static async Task InsertAsync(
        Session session, Caller caller, Guid id, RequestedExport body, IReadOnlyList<PersonCustomer> about, bool isPerson, DateTimeOffset now)
    {
        var isWaiting = caller.Roles == Role.Customer;
        await session.ExecuteAsync(
            """
            insert into customer_data_exports (
                id, business_id, customer_id, asked_in, business_ids, customer_ids, export_type, status, requested_by, requested_as,
                request_reason, approval, due_at, expires_at, created_at, updated_at)
            values (
                @id, @businessId, @customer, @business, @businesses, @customers, @type, 'PENDING', @subject, @role,
                @reason, @approval, @due, @expires, @now, @now)
            """,
            new
            {
                id,
                businessId = isPerson ? (Guid?)null : session.Business,
                customer = about[0].CustomerId,
                business = session.Business,
                businesses = about.Select(one => one.BusinessId).ToArray(),
                customers = about.Select(one => one.CustomerId).ToArray(),
                type = body.ExportType.ToString(),
                subject = caller.Subject,
                role = isWaiting ? "customer" : caller.Is(Role.Compliance) ? "compliance" : "owner",
                reason = body.Reason,
                approval = (isWaiting ? ExportApproval.WAITING : ExportApproval.NOT_NEEDED).ToString(),
                due = isWaiting ? (DateTimeOffset?)null : now + Promised,
                expires = now + Kept,
                now,
            });
        foreach (var one in about)
        {
            await session.As(one.BusinessId).WriteAsync(
                "customers.data_export.requested",
                one.CustomerId,
                new { exportId = id, customerId = one.CustomerId, businessId = one.BusinessId, exportType = body.ExportType, requestedAt = now },
                now);
        }
    }

    private sealed record CustomerRow
    {
        public required DateTimeOffset? ErasedAt { get; init; }
    }
}

using Npgsql;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>Replaces what a client may write of a profile, under the version the client has read.</summary>
public sealed class UpdateCustomer(BusinessDatabase database, GetCustomer get, TimeProvider time)
{
    /// <param name="change">What becomes of the fields as they stand: for PUT the body, for PATCH the body merged in.</param>
    public async Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(
        Caller caller, Guid id, IfMatch ifMatch, Func<CustomerFields, Draft<CustomerFields>> change, CancellationToken cancellation)
    {
        if (!caller.Sees(id))
        {
            return HttpProblems.NotFound;
        }

        CustomerFields? written = null;
        try
        {
            return await database.InTransactionAsync(
                caller,
                async session =>
                {
                    var fields = await ChangedAsync(session, caller, id, ifMatch, change, time.Now());
                    if (fields.Failed(out var refused))
                    {
                        return refused;
                    }

                    written = fields.Value;
                    await WriteAsync(session, id, written, time.Now());
                    return await get.ExecuteAsync(session, id);
                },
                cancellation);
        }
        catch (PostgresException duplicate) when (written is not null && CustomerConflict.FieldOf(duplicate) is { } field)
        {
            return await CustomerConflict.ExplainAsync(database, caller.Business, field, written, cancellation);
        }
    }

    private static async Task<Result<CustomerFields>> ChangedAsync(
        Session session, Caller caller, Guid id, IfMatch ifMatch, Func<CustomerFields, Draft<CustomerFields>> change, DateTimeOffset now)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var current = await session.FindAsync<CurrentRow>(
            """
            select email, phone, first_name as firstname, last_name as lastname, date_of_birth as dateofbirth,
                preferred_language as preferredlanguage, telegram_chat_id as telegramchatid, external_id as externalid, version
            from customers
            where business_id = @business and id = @id and deleted_at is null
            for update
            """,
            new { business = session.Business, id });
        if (current is null)
        {
            return HttpProblems.NotFound;
        }

        if (!ifMatch.Accepts(current.Version))
        {
            return HttpProblems.Stale;
        }

        var draft = change(current.ToFields());
        var accepted = draft.Accept(
            [.. draft.Value.FaultsAt(business.Value, now), .. ReadOnlyFaults(caller, current, draft.Value)]);
        return accepted.Failed(out var invalid) ? invalid : accepted.Value.Normalize(business.Value.DefaultRegion);
    }

    private static IEnumerable<Fault> ReadOnlyFaults(Caller caller, CurrentRow current, CustomerFields changed) =>
        caller.Roles == Role.Customer && changed.ExternalId != current.ExternalId
            ? [new Fault("/externalId", "read_only", "Only the business changes its own number for a customer.")]
            : [];

    private static async Task WriteAsync(Session session, Guid id, CustomerFields fields, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            """
            update customers
            set email = @email, phone = @phone, first_name = @firstName, last_name = @lastName, date_of_birth = @dateOfBirth,
                preferred_language = @language, telegram_chat_id = @telegramChatId, external_id = @externalId,
                version = version + 1, updated_at = @now
            where business_id = @business and id = @id
            """,
            new
            {
                business = session.Business,
                id,
                fields.Email,
                fields.Phone,
                fields.FirstName,
                fields.LastName,
                fields.DateOfBirth,
                language = fields.PreferredLanguage ?? CustomerRules.DefaultLanguage,
                fields.TelegramChatId,
                fields.ExternalId,
                now,
            });
        await session.WriteAsync(
            "customers.customer.updated", id, new { customerId = id, businessId = session.Business, updatedAt = now }, now);
    }

    private sealed record CurrentRow
    {
        public required string Email { get; init; }
        public required string? Phone { get; init; }
        public required string? FirstName { get; init; }
        public required string? LastName { get; init; }
        public required DateOnly? DateOfBirth { get; init; }
        public required string PreferredLanguage { get; init; }
        public required string? TelegramChatId { get; init; }
        public required string? ExternalId { get; init; }
        public required long Version { get; init; }

        public CustomerFields ToFields() => new()
        {
            Email = Email,
            Phone = Phone,
            FirstName = FirstName,
            LastName = LastName,
            DateOfBirth = DateOfBirth,
            PreferredLanguage = PreferredLanguage,
            TelegramChatId = TelegramChatId,
            ExternalId = ExternalId,
        };
    }
}

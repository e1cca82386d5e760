using System.Security.Cryptography;
using System.Text.Json;
using NxLoy.Functions.Activity;
using NxLoy.Functions.Database;
using NxLoy.Functions.Exports;
using NxLoy.Functions.Preferences;

namespace NxLoy.Functions.Erasure;

/// <summary>The erasing transaction: all of a customer's rows at once, with the ledger that remembers it.</summary>
public sealed class EraseRows(BusinessDatabase database, ErasedPeople erased, TimeProvider time)
{
    /// <returns>False where it is not to be done, now or any more; true where it is done, be it now or before.</returns>
    public async Task<bool> ExecuteAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        var done = await database.InTransactionAsync<bool>(erasure.BusinessId, session => EraseAsync(session, erasure, time.Now()), cancellation);
        return done.Value;
    }

    private async Task<Result<bool>> EraseAsync(Session session, ErasureKey erasure, DateTimeOffset now)
    {
        if (await ErasureRow.LockAsync(session, erasure.Id, now) is not { } request || request.Status == ErasureStatus.PROCESSING)
        {
            return true;
        }

        // Whoever writes anything about the customer takes this lock, holds among them: what they wrote is seen below.
        var known = await session.FindAsync<IdentifierRules.Known>(
            """
            select email, phone, first_name as firstname, last_name as lastname, telegram_chat_id as telegramchatid,
                external_id as externalid, referral_code as referralcode
            from customers where business_id = @business and id = @customer
            for update
            """,
            new { business = session.Business, customer = request.CustomerId });
        var current = (await ErasureRow.FindAsync(session, erasure.Id, now))!;
        if (known is null || ErasureRules.Next(current.State, now).Act != ErasureAct.Erase)
        {
            return false;
        }

        // Whoever keeps an event of the customer has done so by now, and is seen below, or sees the ledger.
        await DeadLetterLock.TakeAsync(session);
        var identifiers = IdentifierRules.Of(known);
        await RememberAsync(session, request, known, identifiers, now);
        var stopped = await StopExports.ExecuteAsync(session, request.CustomerId, now);
        await session.ExecuteAsync(
            "update erasure_requests set status = 'PROCESSING', erased_at = @now, erased_rows = @rows::jsonb where business_id = @business and id = @id",
            new { business = session.Business, erasure.Id, now, rows = JsonSerializer.Serialize(await EraseTablesAsync(session, request.CustomerId, identifiers, now)) });
        await StopExports.TellAsync(session, stopped, now);
        return true;
    }

    private static async Task<SortedDictionary<string, int>> EraseTablesAsync(Session session, Guid customer, Identifiers identifiers, DateTimeOffset now)
    {
        var person = await session.FindAsync<PersonRow>(
            "select person_id as personid from customers where business_id = @business and id = @customer", new { business = session.Business, customer });
        var rows = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var table in ErasedTables.All)
        {
            var args = new
            {
                business = session.Business,
                customer,
                now,
                token = RandomNumberGenerator.GetHexString(32, lowercase: true),
                identifiers.Email,
                identifiers.Phone,
                identifiers.ExternalId,
                identifiers = IdentifierRules.PatternInEvents(identifiers),
            };
            rows[table.Table] = (await session.QueryAsync<int>(table.Sql, args)).Count;
        }

        if (person?.PersonId is { } tied)
        {
            await session.ExecuteAsync("select 1 from forget_person_without_customers(@tied)", new { tied });
        }

        return rows;
    }

    // What the scan looks for, sealed under a key of its own until it has found nothing; and the ledger.
    private async Task RememberAsync(Session session, ErasureRow request, IdentifierRules.Known known, Identifiers identifiers, DateTimeOffset now)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await session.ExecuteAsync(
            "update erasure_requests set sealed_identifiers = @identifiers, identifiers_key = @key where business_id = @business and id = @id",
            new { business = session.Business, request.Id, key, identifiers = SealedIdentifiers.Seal(key, request.Id, identifiers) });
        await session.ExecuteAsync(
            """
            insert into erasure_ledger (erasure_id, business_id, customer_id, erased_at, email_digest, phone_digest, external_id_digest)
            values (@id, @business, @customer, @now, @email, @phone, @externalId)
            on conflict (erasure_id) do nothing
            """,
            new
            {
                request.Id,
                business = session.Business,
                customer = request.CustomerId,
                now,
                email = erased.DigestOfEmail(session.Business, known.Email),
                phone = known.Phone is null ? null : erased.DigestOfPhone(session.Business, known.Phone),
                externalId = known.ExternalId is null ? null : erased.DigestOfExternalId(session.Business, known.ExternalId),
            });
    }

    private sealed record PersonRow
    {
        public required Guid? PersonId { get; init; }
    }
}

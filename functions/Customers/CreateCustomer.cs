using System.Security.Cryptography;
using Npgsql;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;
using NxLoy.Functions.Preferences;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Customers;

/// <summary>Makes a customer with its metrics, its referral code and its event, in one transaction.</summary>
public sealed class CreateCustomer(
    BusinessDatabase database, IdempotencyKeys idempotency, GetCustomer get, ErasedPeople erased, GiveInitialTier initialTier, TimeProvider time)
{
    // Crockford's alphabet: no I, L, O or U, so that a code survives being read aloud.
    private const string CodeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public async Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(Caller caller, Post<Draft<NewCustomer>> post, CancellationToken cancellation)
    {
        if (post.Body.Value.LoyaltyTier is not null && !caller.Is(Role.Owner))
        {
            return CustomerProblems.TierNeedsOwner;
        }

        var written = post.Body.Value.Fields;
        try
        {
            return await database.InTransactionAsync(
                caller,
                async session =>
                {
                    var business = await WritableBusiness.ReadAsync(session);
                    if (business.Failed(out var closed))
                    {
                        return closed;
                    }

                    written = written.Normalize(business.Value.DefaultRegion);
                    return await CreateAsync(session, caller, post, business.Value, time.Now());
                },
                cancellation);
        }
        catch (PostgresException duplicate) when (CustomerConflict.FieldOf(duplicate) is { } field)
        {
            return await CustomerConflict.ExplainAsync(database, caller.Business, field, written, cancellation);
        }
    }

    private async Task<Result<Versioned<CustomerProfile>>> CreateAsync(
        Session session, Caller caller, Post<Draft<NewCustomer>> post, WritableBusiness business, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var earlier = await idempotency.ClaimAsync(session, caller.Subject, post.Key, id, status: 201);
        if (earlier.Failed(out var reused))
        {
            return reused;
        }

        if (earlier.Value is { } made)
        {
            return await get.ExecuteAsync(session, made);
        }

        var draft = post.Body;
        var referrer = await ReferrerAsync(session, draft.Value.ReferredBy);
        var accepted = draft.Accept([.. draft.Value.Fields.FaultsAt(business, now), .. ReferrerFaults(draft.Value, referrer)]);
        if (accepted.Failed(out var invalid))
        {
            return invalid;
        }

        var fields = accepted.Value.Fields.Normalize(business.DefaultRegion);
        await InsertAsync(session, id, accepted.Value with { Fields = fields }, referrer, now);
        await erased.StartPreferencesAsync(session, id, fields.Email, fields.Phone, now);
        caller.Trail.Touch(id);
        await session.WriteAsync("customers.customer.created", id, new { customerId = id, businessId = session.Business, createdAt = now }, now);
        await initialTier.ExecuteAsync(session, id, accepted.Value.LoyaltyTier, caller.Subject, now);
        return await get.ExecuteAsync(session, id);
    }

    private static IEnumerable<Fault> ReferrerFaults(NewCustomer customer, Guid? referrer) =>
        customer.ReferredBy is not null && referrer is null
            ? [new Fault("/referredBy", "unknown_customer", "No customer of this business has this referral code or id.")]
            : [];

    private static async Task<Guid?> ReferrerAsync(Session session, string? codeOrId) =>
        codeOrId is null ? null
        : await session.QueryAsync<Guid>(
            """
            select id from customers
            where business_id = @business and deleted_at is null and (referral_code = @code or id = @id)
            """,
            new { business = session.Business, code = codeOrId.ToUpperInvariant(), id = Guid.TryParse(codeOrId, out var id) ? id : (Guid?)null })
            is [var found, ..] ? found : null;

    private static async Task InsertAsync(Session session, Guid id, NewCustomer customer, Guid? referrer, DateTimeOffset now)
    {
        // A code that is taken (one in a trillion) is no reason to fail: draw again.
        IReadOnlyList<Guid> inserted;
        do
        {
            inserted = await session.QueryAsync<Guid>(
                """
                with customer as (
                    insert into customers (
                        id, business_id, external_id, email, phone, first_name, last_name, date_of_birth, preferred_language,
                        telegram_chat_id, tier_updated_at, referral_code, referred_by, created_at, updated_at)
                    values (
                        @id, @business, @externalId, @email, @phone, @firstName, @lastName, @dateOfBirth, @language,
                        @telegramChatId, @now, @code, @referrer, @now, @now)
                    on conflict on constraint customers_referral_code_key do nothing
                    returning id, business_id
                ), metrics as (
                    insert into customer_metrics (customer_id, business_id, updated_at)
                    select id, business_id, @now from customer
                )
                select id from customer
                """,
                new
                {
                    id,
                    business = session.Business,
                    customer.Fields.ExternalId,
                    customer.Fields.Email,
                    customer.Fields.Phone,
                    customer.Fields.FirstName,
                    customer.Fields.LastName,
                    customer.Fields.DateOfBirth,
                    language = customer.Fields.PreferredLanguage ?? CustomerRules.DefaultLanguage,
                    customer.Fields.TelegramChatId,
                    code = RandomNumberGenerator.GetString(CodeAlphabet, 8),
                    referrer,
                    now,
                });
        }
        while (inserted.Count == 0);
    }
}

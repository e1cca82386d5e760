using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Customers;

/// <summary>One profile with its figures, in one round trip.</summary>
public sealed class GetCustomer(BusinessDatabase database, LoyaltyOfCustomer loyalty, TimeProvider time)
{
    public async Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        if (!caller.Sees(id))
        {
            return HttpProblems.NotFound;
        }

        var rows = await database.QueryAsync<CustomerRow>(caller.Business, Sql, Arguments(caller.Business, id, caller.SeesDeleted), cancellation);
        return await AnswerAsync(rows, caller.Business, session: null, cancellation);
    }

    /// <summary>The same within the transaction of a change, so that the answer shows what was written.</summary>
    internal async Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(Session session, Guid id, bool seesDeleted = false) =>
        await AnswerAsync(await session.QueryAsync<CustomerRow>(Sql, Arguments(session.Business, id, seesDeleted)), session.Business, session, CancellationToken.None);

    internal const string Sql =
        $"""
        select c.id, c.external_id as externalid, c.email, c.phone, c.first_name as firstname, c.last_name as lastname,
            c.date_of_birth as dateofbirth, c.preferred_language as preferredlanguage, c.telegram_chat_id as telegramchatid,
            c.loyalty_tier as loyaltytier, c.tier_updated_at as tierupdatedat, c.is_active as isactive,
            c.referral_code as referralcode, c.referred_by as referredby,
            array(select t.tag from customer_tags t where t.customer_id = c.id order by t.tag_key) as tags,
            m.total_spent as totalspent, m.visit_count as visitcount, m.last_visit_at as lastvisitat,
            m.last_visit_on as lastvisiton, c.version, c.created_at as createdat, c.updated_at as updatedat,
            c.deleted_at as deletedat, b.time_zone as timezone,
            {LoyaltyOfCustomer.Column}::text as loyalty
        from customers c
        join customer_metrics m on m.customer_id = c.id
        join businesses b on b.id = c.business_id
        where c.business_id = @business and c.id = @id and (c.deleted_at is null or @seesDeleted)
        """;

    private static object Arguments(Guid business, Guid id, bool seesDeleted) => new { business, id, seesDeleted };

    private async Task<Result<Versioned<CustomerProfile>>> AnswerAsync(
        IReadOnlyList<CustomerRow> rows, Guid business, Session? session, CancellationToken cancellation)
    {
        if (rows is not [var row])
        {
            return HttpProblems.NotFound;
        }

        var read = await loyalty.ReadAsync(row.Loyalty, business, row.LoyaltyTier, row.TierUpdatedAt, session, cancellation);
        return new Versioned<CustomerProfile>(row.ToProfile(time.GetUtcNow(), read), row.Version);
    }
}

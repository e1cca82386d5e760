using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>The tier that a customer holds or held.</summary>
public sealed class GetTier(BusinessDatabase database, ReadTierSetting read)
{
    public async Task<Result<CustomerTier>> ExecuteAsync(Caller caller, Guid customer, TierQuery query, CancellationToken cancellation)
    {
        if ((await VisibleCustomer.FindAsync(database, caller, customer, cancellation)).Failed(out var missing))
        {
            return missing;
        }

        return await database.InTransactionAsync<CustomerTier>(
            caller.Business,
            async session =>
            {
                var setting = await read.ExecuteAsync(session);
                return query.At is { } at ? await ReadAsync(session, setting, customer, at)
                    : await ReadAsync(session, setting, customer) is not { } tier ? HttpProblems.NotFound
                    : caller.IsCustomer ? tier with { Override = tier.Override?.ForCustomer() } : tier;
            },
            cancellation);
    }

    /// <summary>As it is now; null where the customer is erased.</summary>
    internal static async Task<CustomerTier?> ReadAsync(Session session, TierSetting setting, Guid customer)
    {
        if (await TierCases.ReadAsync(session, setting, [customer]) is not [var one])
        {
            return null;
        }

        // While the run for a new day has not come by, all of it is of the day before.
        var day = one.StandsFor(setting);
        if (day < setting.Today)
        {
            setting = setting with { Now = BusinessCalendar.StartOf(day, setting.TimeZone) };
            one = (await TierCases.ReadAsync(session, setting, [customer]))[0];
        }

        var given = one.OverrideTier is null ? null : await OverrideRow.FindAsync(session, customer);
        return new CustomerTier
        {
            CustomerId = customer,
            LoyaltyTier = one.Held,
            Since = one.TierUpdatedAt,
            AsOf = day,
            RuledTier = one.State.Ruled,
            Progress = TierProgress.Of(setting.Current.Thresholds, one.FiguresToday, one.Held),
            Grace = one.State.Grace,
            Override = given is null ? null : new TierSetByHand(given.Tier, given.Reason, given.LastDay, given.CreatedBy, given.CreatedAt),
        };
    }

    private static async Task<Result<CustomerTier>> ReadAsync(Session session, TierSetting setting, Guid customer, DateTimeOffset at)
    {
        var held = (await session.FindAsync<HeldRow>(
            """
            select c.created_at as createdat, c.loyalty_tier as tier, c.tier_updated_at as since, before.to_tier as totier, before.changed_at as changedat,
                (select h.from_tier from tier_changes h where h.business_id = @business and h.customer_id = @customer and h.changed_at > @at
                    order by h.changed_at, h.sequence limit 1) as fromtier
            from customers c
            left join lateral (
                select h.to_tier, h.changed_at
                from tier_changes h
                where h.business_id = @business and h.customer_id = @customer and h.changed_at <= @at
                order by h.changed_at desc, h.sequence desc
                limit 1
            ) before on true
            where c.business_id = @business and c.id = @customer
            """,
            new { business = session.Business, customer, at }))!;
        return at > setting.Now ? Problem.Invalid(new Fault("at", "in_the_future", "This instant is still to come."))
            : at < held.CreatedAt ? Problem.Invalid(new Fault("at", "before_creation", "The customer did not exist at this instant."))
            : new CustomerTier
            {
                CustomerId = customer,
                LoyaltyTier = held.ToTier ?? held.FromTier ?? held.Tier,
                Since = held.ChangedAt ?? held.CreatedAt,
                AsOf = BusinessCalendar.LocalDay(at, setting.TimeZone),
            };
    }

    private sealed record HeldRow
    {
        public required DateTimeOffset CreatedAt { get; init; }
        public required LoyaltyTier Tier { get; init; }
        public required DateTimeOffset Since { get; init; }
        public required LoyaltyTier? ToTier { get; init; }
        public required DateTimeOffset? ChangedAt { get; init; }
        public required LoyaltyTier? FromTier { get; init; }
    }
}

/// <summary>Which tier is asked for.</summary>
/// <param name="At">A past instant; the tier of now where it is left out.</param>
public sealed record TierQuery(DateTimeOffset? At)
{
    public static Result<TierQuery> From(Fields fields)
    {
        var at = Moment.ReadInstant(fields, "at");
        return fields.Finish(() => new TierQuery(at));
    }
}

using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Sets a customer's tier by hand, or takes that away again. The rules go on beneath.</summary>
public sealed class OverrideTier(BusinessDatabase database, IdempotencyKeys idempotency, ReadTierSetting read)
{
    /// <returns>The tier as it is then.</returns>
    public Task<Result<CustomerTier>> ExecuteAsync(Caller caller, Guid customer, Post<NewOverride> post, CancellationToken cancellation) =>
        database.InTransactionAsync(
            caller,
            session => OnAsync<CustomerTier>(session, caller, customer, async (setting, one) =>
            {
                // What came before under this key stands, or somebody has changed it since: it is not set once more.
                var earlier = await idempotency.ClaimAsync(session, caller.Subject, post.Key, customer, status: 200);
                if (earlier.Failed(out var reused))
                {
                    return reused;
                }

                return earlier.Value is null && (await SetAsync(session, setting, one, caller, post.Body)).Failed(out var refused) ? refused
                    : await GetTier.ReadAsync(session, setting, customer) is { } tier ? tier : HttpProblems.NotFound;
            }),
            cancellation);

    public Task<Result<Done>> TakeOffAsync(Caller caller, Guid customer, Reason reason, CancellationToken cancellation) =>
        database.InTransactionAsync(
            caller,
            session => OnAsync<Done>(session, caller, customer, async (setting, one) =>
            {
                await OverrideRow.DeleteAsync(session, customer);
                await WriteChangeAsync(session, setting, one, null, caller, reason.Text);
                return new Done();
            }),
            cancellation);

    private async Task<Result<T>> OnAsync<T>(Session session, Caller caller, Guid customer, Func<TierSetting, TierCase, Task<Result<T>>> act)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var found = await session.QueryAsync<Guid>(
            "select id from customers where business_id = @business and id = @customer and deleted_at is null for no key update",
            new { business = session.Business, customer });
        if (found.Count == 0)
        {
            return HttpProblems.NotFound;
        }

        // One that is over ends first, on its day; and what the rules have to say is said before.
        var setting = await read.LockAsync(session);
        await EvaluateTiers.CatchUpAsync(session, setting, [customer]);
        caller.Trail.Touch(customer);
        return await act(setting, (await TierCases.ReadAsync(session, setting, [customer]))[0]);
    }

    private static async Task<Result<Done>> SetAsync(Session session, TierSetting setting, TierCase one, Caller caller, NewOverride given)
    {
        if (given.LastDay < setting.Today)
        {
            return Problem.Invalid(new Fault("/lastDay", "in_the_past", "This day is over."));
        }

        var rule = new TierOverride(given.Tier, given.LastDay);
        await OverrideRow.WriteAsync(session, one.Id, rule, given.Reason, caller.Subject, setting.Now);
        await WriteChangeAsync(session, setting, one, rule, caller, given.Reason);
        return new Done();
    }

    private static Task WriteChangeAsync(Session session, TierSetting setting, TierCase one, TierOverride? given, Caller caller, string? reason)
    {
        var outcome = TierPolicy.Override(one.State, given);
        var at = setting.Now > one.TierUpdatedAt ? setting.Now : one.TierUpdatedAt;
        return WriteTiers.WriteChangesAsync(
            session,
            outcome.Cause is not { } cause ? []
                : [new TierChanged(one.Id, one.Held, outcome.State.Held, cause, null, setting.Current.Version, at) { Actor = caller.Subject, Reason = reason }]);
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>One customer's tier over HTTP.</summary>
public sealed class CustomerTierFunctions(GetTier get, ListTierChanges history, OverrideTier overrideTier)
{
    [Function("GetTier"), Allow(Role.Staff | Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("A customer's tier, what is missing for the next one, and what stands behind it.", Query = typeof(TierQuery), Answer = typeof(CustomerTier))]
    public Task<IResult> GetTier(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}/tier")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        request.ReadQuery(TierQuery.From)
            .Then(query => get.ExecuteAsync(Caller.Of(request), id, query, cancellation))
            .ToHttp();

    [Function("GetTierHistory"), Allow(Role.Staff | Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Every change of a customer's tier, newest first.", Query = typeof(PageRequest), Answer = typeof(Page<TierChange>))]
    public Task<IResult> GetTierHistory(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}/tier/history")] HttpRequest request, Guid id,
        CancellationToken cancellation) =>
        request.ReadQuery(PageRequest.From)
            .Then(page => history.ExecuteAsync(Caller.Of(request), id, page, cancellation))
            .ToHttp();

    [Function("PostTierOverride"), Allow(Role.Owner)]
    [Operation("Sets a customer's tier by hand.", Body = typeof(NewOverride), TakesKey = true, Answer = typeof(CustomerTier), Problems = ["business_closed"])]
    public Task<IResult> PostTierOverride(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/tier/override")] HttpRequest request, Guid id,
        CancellationToken cancellation) =>
        request.ReadPostAsync(NewOverride.From, cancellation)
            .Then(post => overrideTier.ExecuteAsync(Caller.Of(request), id, post, cancellation))
            .ToHttp();

    [Function("DeleteTierOverride"), Allow(Role.Owner)]
    [Operation("Leaves a customer's tier to the rules again.", Body = typeof(Reason), IsBodyOptional = true, Problems = ["business_closed"])]
    public Task<IResult> DeleteTierOverride(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/customers/{id:guid}/tier/override")] HttpRequest request, Guid id,
        CancellationToken cancellation) =>
        request.ReadOptionalAsync(Reason.From, cancellation)
            .Then(reason => overrideTier.TakeOffAsync(Caller.Of(request), id, reason, cancellation))
            .ToHttp();
}

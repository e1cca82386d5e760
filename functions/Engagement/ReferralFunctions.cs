using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Whom a customer brought, over HTTP.</summary>
public sealed class ReferralFunctions(ListReferrals list)
{
    [Function("GetReferrals"), Allow(Role.Staff | Role.Owner | Role.Compliance)]
    [Operation("The customers that this one brought.", Query = typeof(PageRequest), Answer = typeof(Page<Referral>))]
    public Task<IResult> GetReferrals(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}/referrals")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        request.ReadQuery(PageRequest.From)
            .Then(page => list.ExecuteAsync(Caller.Of(request), id, page, cancellation))
            .ToHttp();
}

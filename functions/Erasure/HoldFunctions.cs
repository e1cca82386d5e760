using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Legal holds over HTTP.</summary>
public sealed class HoldFunctions(PlaceHold place, ReleaseHold release, ListHolds list, ErasureInstances instances)
{
    [Function("GetHolds"), Allow(Role.Compliance)]
    [Operation("A customer's legal holds, newest first.", Query = typeof(PageRequest), Answer = typeof(Page<LegalHold>))]
    public Task<IResult> GetHolds(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}/holds")] HttpRequest http, Guid id, CancellationToken cancellation) =>
        http.ReadQuery(PageRequest.From)
            .Then(page => list.ExecuteAsync(Caller.Of(http), id, page, cancellation))
            .ToHttp();

    [Function("PostHold"), Allow(Role.Compliance)]
    [Operation("Keeps a customer from being erased.", Body = typeof(NewHold), Answer = typeof(LegalHold), Status = 201, Problems = ["customer_erased"])]
    public Task<IResult> PostHold(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/holds")] HttpRequest http, Guid id,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        http.ReadPostAsync(NewHold.From, cancellation)
            .Then(post => place.ExecuteAsync(Caller.Of(http), id, post, cancellation))
            .Then(hold => instances.WakeOfCustomerAsync(client, Caller.Of(http).Business, hold, id, cancellation))
            .ToHttp(hold => Answers.Created($"/api/v1/customers/{id}/holds/{hold.Id}", hold));

    [Function("DeleteHold"), Allow(Role.Compliance)]
    [Operation("Releases a legal hold.", Problems = ["hold_released"])]
    public Task<IResult> DeleteHold(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/customers/{id:guid}/holds/{holdId:guid}")] HttpRequest http, Guid id, Guid holdId,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        release.ExecuteAsync(Caller.Of(http), id, holdId, cancellation)
            .Then(done => instances.WakeOfCustomerAsync(client, Caller.Of(http).Business, done, id, cancellation))
            .ToHttp();
}

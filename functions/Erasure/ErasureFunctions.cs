using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Deleting a customer, and the erasure it opens, over HTTP.</summary>
public sealed class ErasureFunctions(
    RequestErasure request, GetErasure get, ListErasures list, ApproveErasure approve, StopErasure stop, GetCertificate certificate, ErasureInstances instances)
{
    [Function("DeleteCustomer"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Deletes a customer and asks for its erasure. Until that has run, it can be taken back.",
        Body = typeof(Reason), IsBodyOptional = true, IfMatch = true, Answer = typeof(ErasureRequest), Status = 202, Problems = ["customer_erased"])]
    public Task<IResult> DeleteCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/customers/{id:guid}")] HttpRequest http, Guid id,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        http.IfMatch()
            .Then(version => http.ReadOptionalAsync(Reason.From, cancellation)
            .Then(reason => request.ExecuteAsync(Caller.Of(http), id, version, reason, cancellation)))
            .Then(asked => instances.WakeAsync(client, Caller.Of(http).Business, asked, cancellation))
            .ToHttp(asked => Answers.Accepted($"/api/v1/erasures/{asked.Id}", asked));

    [Function("GetErasures"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Erasures, newest first: all of them for compliance, the own ones for others.", Query = typeof(ErasureFilter), Answer = typeof(Page<ErasureRequest>))]
    public Task<IResult> GetErasures(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/erasures")] HttpRequest http, CancellationToken cancellation) =>
        http.ReadQuery(ErasureFilter.From)
            .Then(filter => list.ExecuteAsync(Caller.Of(http), filter, cancellation))
            .ToHttp();

    [Function("GetErasure"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Where an erasure stands.", Answer = typeof(ErasureRequest))]
    public Task<IResult> GetErasure(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/erasures/{id:guid}")] HttpRequest http, Guid id, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(http), id, cancellation).ToHttp();

    [Function("ApproveErasure"), Allow(Role.Compliance)]
    [Operation("Lets an erasure run once its cooling-off days are over.", Answer = typeof(ErasureRequest), Problems = ["erasure_not_pending"])]
    public Task<IResult> ApproveErasure(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/erasures/{id:guid}/approve")] HttpRequest http, Guid id,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        approve.ExecuteAsync(Caller.Of(http), id, cancellation)
            .Then(approved => instances.WakeAsync(client, Caller.Of(http).Business, approved, cancellation))
            .ToHttp();

    [Function("RejectErasure"), Allow(Role.Compliance)]
    [Operation("Refuses an erasure on a ground, and restores the customer.", Body = typeof(Rejection), Answer = typeof(ErasureRequest),
        Problems = ["erasure_ended", "customer_exists", "changed_meanwhile"])]
    public Task<IResult> RejectErasure(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/erasures/{id:guid}/reject")] HttpRequest http, Guid id,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        http.ReadAsync(Rejection.From, cancellation)
            .Then(rejection => stop.RejectAsync(Caller.Of(http), id, rejection, cancellation))
            .Then(ended => instances.WakeAsync(client, Caller.Of(http).Business, ended, cancellation))
            .ToHttp();

    [Function("CancelErasure"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Takes an erasure back, and restores the customer.", Body = typeof(Reason), IsBodyOptional = true, Answer = typeof(ErasureRequest),
        Problems = ["erasure_ended", "not_requester", "customer_exists", "changed_meanwhile"])]
    public Task<IResult> CancelErasure(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/erasures/{id:guid}/cancel")] HttpRequest http, Guid id,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        http.ReadOptionalAsync(Reason.From, cancellation)
            .Then(reason => stop.CancelAsync(Caller.Of(http), id, reason, cancellation))
            .Then(ended => instances.WakeAsync(client, Caller.Of(http).Business, ended, cancellation))
            .ToHttp();

    [Function("GetCertificate"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("What was erased and what was kept, signed.", Answer = typeof(SignedCertificate), Problems = ["erasure_not_completed"])]
    public Task<IResult> GetCertificate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/erasures/{id:guid}/certificate")] HttpRequest http, Guid id, CancellationToken cancellation) =>
        certificate.ExecuteAsync(Caller.Of(http), id, cancellation).ToHttp();
}

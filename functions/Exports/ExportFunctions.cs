using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>Exports over HTTP.</summary>
public sealed class ExportFunctions(
    RequestExport ask, GetExport get, ListExports list, DecideExport decide, RetryExport retry, DownloadExport download)
{
    [Function("PostExport"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Asks for a package of a customer's data; while one is open, answers with it. Staff who ask for what the customer has asked for approve it.", Body = typeof(RequestedExport), Answer = typeof(Export), Status = 202,
        Problems = ["customer_erased", "storage_not_configured"])]
    public Task<IResult> PostExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/export")] HttpRequest request,
        Guid id, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        request.ReadPostAsync(RequestedExport.From, cancellation)
            .Then(post => ask.ExecuteAsync(Caller.Of(request), id, post, run => ExportOrchestration.StartAsync(client, run, cancellation), cancellation))
            .ToHttp(Accepted);

    [Function("PostPersonExport"), Allow(Role.Compliance)]
    [Operation("Asks for one package of a person's data in every business that the token names.", Body = typeof(RequestedExport), Answer = typeof(Export), Status = 202,
        Problems = ["storage_not_configured"])]
    public Task<IResult> PostPersonExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/people/{id:guid}/export")] HttpRequest request,
        Guid id, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        request.ReadPostAsync(RequestedExport.From, cancellation)
            .Then(post => ask.ExecuteForPersonAsync(Caller.Of(request), id, post, run => ExportOrchestration.StartAsync(client, run, cancellation), cancellation))
            .ToHttp(Accepted);

    [Function("GetExports"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("The exports asked for here, newest first; a customer is shown its own.", Query = typeof(ExportQuery), Answer = typeof(Page<Export>))]
    public Task<IResult> GetExports(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/exports")] HttpRequest request, CancellationToken cancellation) =>
        request.ReadQuery(ExportQuery.From)
            .Then(query => list.ExecuteAsync(Caller.Of(request), query, cancellation))
            .ToHttp();

    [Function("GetExport"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("Where an export stands, section by section.", Answer = typeof(Export))]
    public Task<IResult> GetExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/exports/{id:guid}")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(request), id, cancellation).ToHttp();

    [Function("ApproveExport"), Allow(Role.Owner | Role.Compliance)]
    [Operation("Lets an export that a customer asked for begin.", Answer = typeof(Export), Status = 202, Problems = ["export_not_waiting"])]
    public Task<IResult> ApproveExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/exports/{id:guid}/approve")] HttpRequest request,
        Guid id, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        decide.ApproveAsync(Caller.Of(request), id, run => ExportOrchestration.StartAsync(client, run, cancellation), cancellation)
            .ToHttp(Accepted);

    [Function("RejectExport"), Allow(Role.Owner | Role.Compliance)]
    [Operation("Refuses an export that a customer asked for, and says why.", Body = typeof(Refusal), Answer = typeof(Export), Problems = ["export_not_waiting"])]
    public Task<IResult> RejectExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/exports/{id:guid}/reject")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        request.ReadAsync(Refusal.From, cancellation)
            .Then(refusal => decide.RejectAsync(Caller.Of(request), id, refusal, cancellation))
            .ToHttp();

    [Function("RetryExport"), Allow(Role.Owner | Role.Compliance)]
    [Operation("Begins an export that has failed again.", Answer = typeof(Export), Status = 202, Problems = ["export_not_failed", "export_open", "customer_erased"])]
    public Task<IResult> RetryExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/exports/{id:guid}/retry")] HttpRequest request,
        Guid id, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        retry.ExecuteAsync(Caller.Of(request), id, run => ExportOrchestration.StartAsync(client, run, cancellation), cancellation)
            .ToHttp(Accepted);

    [Function("DownloadExport"), Allow(Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("The package, or with the header Range a part of it.", AnswerMediaType = "application/zip", Status = 200, OtherStatuses = [206],
        Problems = ["export_not_ready", "export_expired", "range_not_satisfiable", "storage_unavailable"])]
    public Task<IResult> DownloadExport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/exports/{id:guid}/download")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        download.ExecuteAsync(Caller.Of(request), id, request.HttpContext.Response, Range(request), cancellation)
            .ToHttp(file => file);

    private static IResult Accepted(Export export) => Answers.Accepted($"/api/v1/exports/{export.Id}", export);

    // What If-Range names can be none of ours, since no answer has a validator: then the whole is sent.
    private static string? Range(HttpRequest request) =>
        request.Headers.IfRange.Count == 0 && request.Headers.Range is [{ } range] ? range : null;
}

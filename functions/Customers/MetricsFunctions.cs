using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>The nightly rebuild of figures over HTTP.</summary>
public sealed class MetricsFunctions(GetMetricsRebuild get)
{
    [Function("GetMetricsRebuild"), Allow(Role.Owner)]
    [Operation("Where the last look over all customers' figures stands.", Answer = typeof(MetricsRebuildProgress))]
    public Task<IResult> GetMetricsRebuild(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/metrics/rebuild")] HttpRequest request, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(request), cancellation).ToHttp();
}

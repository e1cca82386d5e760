using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Observability;

/// <summary>What a load balancer or an orchestrator of containers asks.</summary>
public sealed class HealthFunctions(CheckReadiness check)
{
    [Function("GetLiveness"), Operation("Whether the process answers.", Answer = typeof(Liveness), IsNeverLimited = true)]
    public static IResult GetLiveness([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        Answers.Ok(new Liveness("live"));

    [Function("GetReadiness")]
    [Operation("Whether requests can be served, and which dependency is down.", Answer = typeof(Readiness), OtherStatuses = [503], IsNeverLimited = true)]
    public async Task<IResult> GetReadiness(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request, CancellationToken cancellation) =>
        await check.ExecuteAsync(cancellation) is var readiness && readiness.IsReady ? Answers.Ok(readiness)
            : Answers.WithStatus(StatusCodes.Status503ServiceUnavailable, readiness);
}

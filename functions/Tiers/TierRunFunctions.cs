using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Evaluations of everybody over HTTP.</summary>
public sealed class TierRunFunctions(RequestTierRun request, StartTierRuns start, GetTierRun get, SimulateTiers simulate)
{
    private const string Recalculations = "/api/v1/tiers/recalculations";

    [Function("PostTierRecalculation"), Allow(Role.Owner)]
    [Operation("Evaluates all customers' tiers anew.", TakesKey = true, Answer = typeof(TierRunProgress), Status = 202, Problems = ["business_closed"])]
    public Task<IResult> PostTierRecalculation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tiers/recalculate")] HttpRequest http, [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        http.ReadPost()
            .Then(post => request.ExecuteAsync(Caller.Of(http), post, cancellation))
            .Then(async run =>
            {
                await start.TryAsync(new TierRun(Caller.Of(http).Business, run.Id), one => client.StartAsync(one, cancellation));
                return (Result<TierRunProgress>)run;
            })
            .ToHttp(run => Answers.Accepted($"{Recalculations}/{run.Id}", run));

    [Function("GetTierRecalculation"), Allow(Role.Owner)]
    [Operation("Where an evaluation of all customers' tiers stands.", Answer = typeof(TierRunProgress))]
    public Task<IResult> GetTierRecalculation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/tiers/recalculations/{id:guid}")] HttpRequest http, Guid id, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(http), id, cancellation).ToHttp();

    [Function("PostTierSimulation"), Allow(Role.Owner)]
    [Operation("Who would change tier by other thresholds; nothing is saved.", Body = typeof(SimulatedThresholds), Answer = typeof(TierSimulation))]
    public Task<IResult> PostTierSimulation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/tiers/simulate")] HttpRequest http, CancellationToken cancellation) =>
        http.ReadAsync(SimulatedThresholds.From, cancellation)
            .Then(asked => simulate.ExecuteAsync(Caller.Of(http), asked, cancellation))
            .ToHttp();
}

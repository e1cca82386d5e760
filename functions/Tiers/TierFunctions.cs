using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>A business's thresholds over HTTP.</summary>
public sealed class TierFunctions(GetTierConfiguration get, UpdateTierConfiguration update, ListTierAudits audits, StartTierRuns start)
{
    [Function("GetTierConfiguration"), Allow(Role.Owner)]
    [Operation("What each tier asks for.", Answer = typeof(Versioned<TierConfiguration>))]
    public Task<IResult> GetTierConfiguration(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/tiers/configuration")] HttpRequest request, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(request), cancellation).ToHttp();

    [Function("PutTierConfiguration"), Allow(Role.Owner)]
    [Operation("Replaces what each tier asks for.", Body = typeof(TierSettings), Answer = typeof(Versioned<TierConfiguration>), IfMatch = true,
        Problems = ["business_closed"])]
    public Task<IResult> PutTierConfiguration(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/tiers/configuration")] HttpRequest request, [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        request.IfMatch()
            .Then(version => request.ReadAsync(TierSettings.From, cancellation)
            .Then(settings => update.ExecuteAsync(Caller.Of(request), version, settings, cancellation)))
            .Then(async written =>
            {
                await start.OneAsync(Caller.Of(request).Business, run => client.StartAsync(run, cancellation), cancellation);
                return (Result<Versioned<TierConfiguration>>)written;
            })
            .ToHttp();

    [Function("GetTierAudits"), Allow(Role.Owner)]
    [Operation("Every change of the thresholds, newest first.", Query = typeof(PageRequest), Answer = typeof(Page<TierAudit>))]
    public Task<IResult> GetTierAudits(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/tiers/audits")] HttpRequest request, CancellationToken cancellation) =>
        request.ReadQuery(PageRequest.From)
            .Then(page => audits.ExecuteAsync(Caller.Of(request), page, cancellation))
            .ToHttp();
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Businesses;

/// <summary>The caller's own business over HTTP.</summary>
public sealed class BusinessFunctions(GetBusiness get, UpdateBusiness update)
{
    [Function("GetBusiness"), Allow(Role.Owner)]
    [Operation("The business and its settings.", Answer = typeof(Versioned<BusinessProfile>))]
    public Task<IResult> GetBusiness(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/business")] HttpRequest request, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(request), cancellation).ToHttp();

    [Function("PutBusiness"), Allow(Role.Owner)]
    [Operation("Replaces the settings that an owner may write.", Body = typeof(BusinessSettings), Answer = typeof(Versioned<BusinessProfile>), IfMatch = true,
        Problems = ["business_closed"])]
    public Task<IResult> PutBusiness(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/business")] HttpRequest request, CancellationToken cancellation) =>
        request.IfMatch()
            .Then(version => request.ReadAsync(BusinessSettings.From, cancellation)
            .Then(settings => update.ExecuteAsync(Caller.Of(request), version, settings, cancellation)))
            .ToHttp();
}

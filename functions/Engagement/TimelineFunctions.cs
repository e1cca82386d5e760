using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>A customer's timeline over HTTP.</summary>
public sealed class TimelineFunctions(ListTimeline list)
{
    [Function("GetTimeline"), Allow(Role.Staff | Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("All that happened between a customer and the business, newest first.", Query = typeof(TimelineQuery), Answer = typeof(Page<TimelineEntry>))]
    public Task<IResult> GetTimeline(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}/timeline")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        request.ReadQuery(TimelineQuery.From)
            .Then(query => list.ExecuteAsync(Caller.Of(request), id, query, cancellation))
            .ToHttp();
}

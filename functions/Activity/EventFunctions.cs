using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>Events over HTTP, for systems that do not speak to the message bus.</summary>
public sealed class EventFunctions(TakeInEvents takeIn, GetUnsettledEvents getUnsettled)
{
    [Function("PostEvents"), Allow(Role.Service)]
    [Operation("Takes in what happened elsewhere, as CloudEvents 1.0: one event, or a batch of up to 1,000.", BodySchema = typeof(EventBody),
        Answer = typeof(EventResults), Problems = ["business_closed", "too_many_events"])]
    public Task<IResult> PostEvents(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/events")] HttpRequest request, CancellationToken cancellation) =>
        EventBody.ReadAsync(request, cancellation)
            .Then(events => takeIn.ExecuteAsync(Caller.Of(request), events, cancellation))
            .ToHttp();

    [Function("GetUnsettledEvents"), Allow(Role.Owner)]
    [Operation("The events that came and have had no effect, by type and reason.", Answer = typeof(UnsettledEvents))]
    public Task<IResult> GetUnsettledEvents(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/events/unsettled")] HttpRequest request, CancellationToken cancellation) =>
        getUnsettled.ExecuteAsync(Caller.Of(request), cancellation).ToHttp();
}

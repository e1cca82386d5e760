using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>A customer's tags over HTTP; they are read in its profile.</summary>
public sealed class TagFunctions(PutTag put, TakeOffTag takeOff)
{
    [Function("PutTag"), Allow(Role.Staff | Role.Owner)]
    [Operation("Gives a customer a tag; one it has already stays.", Problems = ["business_closed", "too_many_tags"])]
    public Task<IResult> PutTag(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/customers/{id:guid}/tags/{tag}")] HttpRequest request,
        Guid id, string tag, CancellationToken cancellation) =>
        put.ExecuteAsync(Caller.Of(request), id, tag, cancellation).ToHttp();

    // Staff too: a tag is a field of the profile, which staff writes; taking it off deletes no record.
    [Function("DeleteTag"), Allow(Role.Staff | Role.Owner)]
    [Operation("Takes a tag off a customer.", Problems = ["business_closed"])]
    public Task<IResult> DeleteTag(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/customers/{id:guid}/tags/{tag}")] HttpRequest request,
        Guid id, string tag, CancellationToken cancellation) =>
        takeOff.ExecuteAsync(Caller.Of(request), id, tag, cancellation).ToHttp();
}

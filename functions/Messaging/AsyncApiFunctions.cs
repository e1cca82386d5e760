using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Messaging;

/// <summary>The description of the events over HTTP.</summary>
public sealed class AsyncApiFunctions(EventsDocument description)
{
    [Function("GetAsyncApi"), Operation("The events that are published and taken in, as an AsyncAPI document.", Answer = typeof(object))]
    public IResult GetAsyncApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "asyncapi.json")] HttpRequest request) =>
        Results.Bytes(description.Document, "application/json");
}

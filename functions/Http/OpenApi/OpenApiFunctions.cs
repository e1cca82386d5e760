using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>The API's own description over HTTP.</summary>
public sealed class OpenApiFunctions(ApiDescription description)
{
    [Function("GetOpenApi"), Operation("This document.", Answer = typeof(object))]
    public IResult GetOpenApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        Results.Bytes(description.Document, "application/json");
}

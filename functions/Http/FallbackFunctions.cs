using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Http;

/// <summary>Answers what no other function does: the host's own 404 has no body, and it knows no 405.</summary>
public sealed class FallbackFunctions(Endpoints endpoints)
{
    [Function("AnythingElse")]
    public IResult AnythingElse([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) =>
        endpoints.MethodsOf(request.Path) is { Count: > 0 } methods ? Answers.MethodNotAllowed(methods) : HttpProblems.NotFound.ToHttp();
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Observability;

/// <summary>No answer about customers leaves, and no change of one commits, before the audit log has its row.</summary>
public sealed class AuditMiddleware(AuditLog log, Endpoints endpoints, TimeProvider time) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // Without a caller there is nothing but health, the API's description and 404.
        if (context.GetHttpContext() is not { } http || http.Features.Get<Caller>() is not { } caller)
        {
            await next(context);
            return;
        }

        var trail = new AuditTrail(customers => log.RecordAsync(Entry(context, http.TraceIdentifier, caller, customers)));
        http.Features.Set(caller with { Trail = trail });
        if (OfRoute(http) is { } customer)
        {
            trail.Touch(customer);
        }

        await next(context);
        if (context.GetInvocationResult().Value is IAboutCustomers { Customers: { } shown })
        {
            trail.Touch(shown);
            await trail.FlushAsync();
        }
    }

    private AuditEntry Entry(FunctionContext context, string traceId, Caller caller, IReadOnlyList<Guid> customers)
    {
        var function = context.FunctionDefinition.Name;
        return new AuditEntry(
            time.Now(), caller.Business, caller.Subject, caller.Roles.ToString().ToLowerInvariant(), function,
            $"/{endpoints.Find(function)!.Route.RawText}", customers, traceId);
    }

    // .../customers/{id}/...: what is asked of a customer is about it, whatever the answer shows.
    private static Guid? OfRoute(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api/v1/customers", StringComparison.OrdinalIgnoreCase)
        && Guid.TryParse(http.GetRouteValue("id")?.ToString(), out var id) ? id : null;
}

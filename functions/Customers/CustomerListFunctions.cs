using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>The business's customers by page, over HTTP.</summary>
public sealed class CustomerListFunctions(ListCustomers list)
{
    [Function("GetCustomers"), Allow(Role.Staff | Role.Owner | Role.Compliance)]
    [Operation("The customers that match, a page at a time.", Query = typeof(CustomerQuery), Answer = typeof(Page<CustomerItem>))]
    public Task<IResult> GetCustomers(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers")] HttpRequest request, CancellationToken cancellation) =>
        request.ReadQuery(CustomerQuery.From)
            .Then(query => list.ExecuteAsync(Caller.Of(request), query, cancellation))
            .ToHttp();

    /// <summary>The same in a body, so that names and emails need not stand in a URL.</summary>
    [Function("SearchCustomers"), Allow(Role.Staff | Role.Owner | Role.Compliance)]
    [Operation("The same with the filters in a body, so that they stand in no URL.", Body = typeof(CustomerQuery), IsBodyOptional = true,
        Answer = typeof(Page<CustomerItem>))]
    public Task<IResult> SearchCustomers(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/search")] HttpRequest request, CancellationToken cancellation) =>
        request.ReadOptionalAsync(CustomerQuery.From, cancellation)
            .Then(query => list.ExecuteAsync(Caller.Of(request), query, cancellation))
            .ToHttp();
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>The tie between one person's customers at several businesses over HTTP; for compliance alone.</summary>
public sealed class PersonFunctions(TiePerson tie, UntiePerson untie, GetPerson get)
{
    [Function("PutCustomerPerson"), Allow(Role.Compliance)]
    [Operation("Says that two customers of two businesses are one person.", Body = typeof(SamePersonAs), Answer = typeof(Person),
        Problems = ["different_people", "person_is_customer", "business_closed"])]
    public Task<IResult> PutCustomerPerson(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/customers/{id:guid}/person")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        request.ReadAsync(SamePersonAs.From, cancellation)
            .Then(other => tie.ExecuteAsync(Caller.Of(request), id, other, cancellation))
            .ToHttp();

    [Function("DeleteCustomerPerson"), Allow(Role.Compliance)]
    [Operation("Takes a customer's tie to a person back.", Problems = ["business_closed"])]
    public Task<IResult> DeleteCustomerPerson(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/customers/{id:guid}/person")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        untie.ExecuteAsync(Caller.Of(request), id, cancellation).ToHttp();

    [Function("GetPerson"), Allow(Role.Compliance)]
    [Operation("The customers that are one person, as far as the token names their businesses.", Answer = typeof(Person))]
    public Task<IResult> GetPerson(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/people/{id:guid}")] HttpRequest request,
        Guid id, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(request), id, cancellation).ToHttp();
}

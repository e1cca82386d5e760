using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>The profile over HTTP.</summary>
public sealed class CustomerFunctions(
    CreateCustomer create, GetCustomer get, UpdateCustomer update, RestoreCustomer restore, SetActive setActive)
{
    [Function("PostCustomer"), Allow(Role.Staff | Role.Owner)]
    [Operation("Creates a customer.", Body = typeof(NewCustomer), Answer = typeof(Versioned<CustomerProfile>), Status = 201,
        Problems = ["customer_exists", "business_closed", "changed_meanwhile"])]
    public Task<IResult> PostCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers")] HttpRequest request, CancellationToken cancellation) =>
        request.ReadPostAsync(NewCustomer.From, cancellation)
            .Then(post => create.ExecuteAsync(Caller.Of(request), post, cancellation))
            .ToHttp(created => Answers.Created($"/api/v1/customers/{created.Value.Id}", created.Value, created.Version));

    [Function("GetCustomer"), Allow(Role.Staff | Role.Owner | Role.Compliance | Role.Customer)]
    [Operation("One customer with its figures.", Answer = typeof(Versioned<CustomerProfile>))]
    public Task<IResult> GetCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/customers/{id:guid}")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(request), id, cancellation).ToHttp();

    [Function("PutCustomer"), Allow(Role.Staff | Role.Owner | Role.Customer)]
    [Operation("Replaces what may be written of a customer.", Body = typeof(CustomerFields), Answer = typeof(Versioned<CustomerProfile>), IfMatch = true,
        Problems = ["customer_exists", "business_closed", "changed_meanwhile"])]
    public Task<IResult> PutCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/customers/{id:guid}")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        request.IfMatch()
            .Then(version => request.ReadAsync(CustomerFields.From, cancellation)
            .Then(fields => update.ExecuteAsync(Caller.Of(request), id, version, _ => fields, cancellation)))
            .ToHttp();

    [Function("PatchCustomer"), Allow(Role.Staff | Role.Owner | Role.Customer)]
    [Operation("Changes some of a customer (JSON merge patch).", Body = typeof(CustomerFields), Answer = typeof(Versioned<CustomerProfile>), IfMatch = true,
        Problems = ["customer_exists", "business_closed", "changed_meanwhile"])]
    public Task<IResult> PatchCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/customers/{id:guid}")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        request.IfMatch()
            .Then(version => request.ReadJsonAsync(cancellation)
            .Then(patch => update.ExecuteAsync(
                Caller.Of(request), id, version, current => MergePatch.Apply(current, patch, CustomerFields.From), cancellation)))
            .ToHttp();

    [Function("RestoreCustomer"), Allow(Role.Compliance)]
    [Operation("Takes a deletion back.", Answer = typeof(Versioned<CustomerProfile>),
        Problems = ["customer_exists", "customer_not_deleted", "customer_erased", "erasure_open", "business_closed", "changed_meanwhile"])]
    public Task<IResult> RestoreCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/restore")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        restore.ExecuteAsync(Caller.Of(request), id, cancellation).ToHttp();

    [Function("ActivateCustomer"), Allow(Role.Staff | Role.Owner)]
    [Operation("Makes a customer active.", Answer = typeof(Versioned<CustomerProfile>), Problems = ["business_closed"])]
    public Task<IResult> ActivateCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/activate")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        setActive.ExecuteAsync(Caller.Of(request), id, isActive: true, cancellation).ToHttp();

    [Function("DeactivateCustomer"), Allow(Role.Staff | Role.Owner)]
    [Operation("Makes a customer inactive.", Answer = typeof(Versioned<CustomerProfile>), Problems = ["business_closed"])]
    public Task<IResult> DeactivateCustomer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/customers/{id:guid}/deactivate")] HttpRequest request, Guid id, CancellationToken cancellation) =>
        setActive.ExecuteAsync(Caller.Of(request), id, isActive: false, cancellation).ToHttp();
}

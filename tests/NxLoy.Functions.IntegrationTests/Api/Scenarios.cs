using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>One for each operation, by the function's name. <see cref="ContractTests"/> asks for what is missing.</summary>
internal static class Scenarios
{
    private const string Customers = "/api/v1/customers";

    public static Dictionary<string, Scenario> All { get; } = new()
    {
        ["GetOpenApi"] = new("/api/openapi.json"),
        ["GetLiveness"] = new("/api/health/live"),
        ["GetReadiness"] = new("/api/health/ready"),
        ["PostCustomer"] = new(_ => Task.FromResult(new Call(Customers, new { email = Given.Email(), phone = "+1 201 555 0123", firstName = "Ann" })))
        {
            Problems =
            {
                ["customer_exists"] = async stage => new Call(Customers, new { email = EmailOf(await stage.CustomerAsync()) }),
                ["role_missing"] = _ => Task.FromResult(new Call(Customers, new { email = Given.Email(), loyaltyTier = "GOLD" })),
            },
        },
        ["GetCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()))),
        ["PutCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()), new { email = Given.Email() }))
        {
            Problems = { ["customer_exists"] = async stage => new Call(PathOf(await stage.CustomerAsync()), new { email = EmailOf(await stage.CustomerAsync()) }) },
        },
        ["PatchCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()), new { phone = (string?)null, lastName = "Lee" }))
        {
            Problems = { ["customer_exists"] = async stage => new Call(PathOf(await stage.CustomerAsync()), new { email = EmailOf(await stage.CustomerAsync()) }) },
        },
        ["DeleteCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()), new { reason = "Asked for it." })),
        ["RestoreCustomer"] = new(async stage => new Call(PathOf(await stage.DeletedCustomerAsync()) + "/restore"))
        {
            Problems =
            {
                ["customer_not_deleted"] = async stage => new Call(PathOf(await stage.CustomerAsync()) + "/restore"),
                ["customer_exists"] = async stage =>
                {
                    var deleted = await stage.DeletedCustomerAsync();
                    await stage.CustomerAsync(EmailOf(deleted));
                    return new Call(PathOf(deleted) + "/restore");
                },
            },
        },
        ["ActivateCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/activate")),
        ["DeactivateCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/deactivate")),
    };

    private static string PathOf(Answer customer) => $"{Customers}/{customer.Id}";

    private static string EmailOf(Answer customer) => (string)customer.Json["email"]!;
}

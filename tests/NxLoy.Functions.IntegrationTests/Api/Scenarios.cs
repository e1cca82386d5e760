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
        ["GetCustomers"] = new(Customers),
        ["SearchCustomers"] = new(Customers + "/search", new { search = "ann", limit = 10 }),
        ["PutCustomerPerson"] = new(TieAsync)
        {
            Problems =
            {
                ["different_people"] = async stage =>
                {
                    var (second, third, fourth) = (await stage.ElsewhereAsync(), await stage.ElsewhereAsync(), await stage.ElsewhereAsync());
                    var (ours, theirs) = (await stage.CustomerAsync(), await third.CustomerAsync());
                    await stage.TieAsync(ours, second, await second.CustomerAsync());
                    await third.TieAsync(theirs, fourth, await fourth.CustomerAsync());
                    return new Call(PathOf(ours) + "/person", new { businessId = third.Business, customerId = theirs.Id }, third.Business);
                },
                ["person_is_customer"] = async stage =>
                {
                    var second = await stage.ElsewhereAsync();
                    var ours = await stage.CustomerAsync();
                    await stage.TieAsync(ours, second, await second.CustomerAsync());
                    return new Call(PathOf(ours) + "/person", new { businessId = second.Business, customerId = (await second.CustomerAsync()).Id }, second.Business);
                },
            },
        },
        ["DeleteCustomerPerson"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/person")),
        ["GetPerson"] = new(async stage =>
        {
            var second = await stage.ElsewhereAsync();
            return new Call($"/api/v1/people/{(await stage.TieAsync(await stage.CustomerAsync(), second, await second.CustomerAsync())).Id}", null, second.Business);
        }),
        ["GetBusiness"] = new("/api/v1/business"),
        ["PutBusiness"] = new("/api/v1/business", new { consentMode = "opt_in", defaultMargin = 0.4, acquisitionCost = 12.5, graceMonths = 6, processingPurposes = new[] { "Loyalty." } }),
        ["GetNotes"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/notes")),
        ["PostNote"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/notes", new { body = $"Prefers mornings. {Given.Email()}" })),
        ["PatchNote"] = new(async stage => new Call(await NoteAsync(stage), new { isPinned = true })),
        ["DeleteNote"] = new(async stage => new Call(await NoteAsync(stage))),
        ["PutTag"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/tags/wholesale"))
        {
            Problems =
            {
                ["too_many_tags"] = async stage =>
                {
                    var customer = await stage.CustomerAsync();
                    await stage.Database.QueryAsync<int>(
                        """
                        insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
                        select @Business, @Id, 'tag ' || n, 'test', now() from generate_series(1, 250) n
                        """,
                        new { stage.Business, customer.Id });
                    return new Call(PathOf(customer) + "/tags/one-more");
                },
            },
        },
        ["DeleteTag"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/tags/wholesale")),
        ["GetReferrals"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/referrals")),
    };

    private static async Task<Call> TieAsync(Stage stage)
    {
        var elsewhere = await stage.ElsewhereAsync();
        return new Call(
            PathOf(await stage.CustomerAsync()) + "/person",
            new { businessId = elsewhere.Business, customerId = (await elsewhere.CustomerAsync()).Id },
            elsewhere.Business);
    }

    private static async Task<string> NoteAsync(Stage stage)
    {
        var notes = PathOf(await stage.CustomerAsync()) + "/notes";
        return $"{notes}/{(await stage.As("staff").PostAsync(notes, new { body = "Prefers mornings." })).Expect(201).Id}";
    }

    private static string PathOf(Answer customer) => $"{Customers}/{customer.Id}";

    private static string EmailOf(Answer customer) => (string)customer.Json["email"]!;
}

using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.IntegrationTests.Api.Scenarios;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>Of the operations on customers and of what belongs to them.</summary>
internal static class CustomerScenarios
{
    public static Dictionary<string, Scenario> All { get; } = new()
    {
        ["GetMetricsRebuild"] = new("/api/v1/metrics/rebuild"),
        ["PostCustomer"] = new(_ => Task.FromResult(new Call(AllCustomers, new { email = Given.Email(), phone = "+1 201 555 0123", firstName = "Ann" })))
        {
            Problems =
            {
                ["customer_exists"] = async stage => new Call(AllCustomers, new { email = EmailOf(await stage.CustomerAsync()) }),
                ["role_missing"] = _ => Task.FromResult(new Call(AllCustomers, new { email = Given.Email(), loyaltyTier = "GOLD" })),
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
        ["DeleteCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()), new { reason = "Asked for it." }))
        {
            Problems = { ["customer_erased"] = async stage => new Call(PathOf(await ErasedAsync(stage))) { Role = "compliance" } },
        },
        ["RestoreCustomer"] = new(async stage => new Call(PathOf(await stage.DeletedCustomerAsync()) + "/restore"))
        {
            Problems =
            {
                ["customer_not_deleted"] = async stage => new Call(PathOf(await stage.CustomerAsync()) + "/restore"),
                ["customer_erased"] = async stage => new Call(PathOf(await ErasedAsync(stage)) + "/restore"),
                ["erasure_open"] = async stage =>
                {
                    var customer = await stage.CustomerAsync();
                    await stage.App.ErasureAsync(customer.Id, stage.Business);
                    return new Call(PathOf(customer) + "/restore");
                },
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
        ["GetCustomers"] = new(async stage =>
        {
            await stage.CustomerAsync();
            return new Call(AllCustomers);
        })
        {
            Problems = { ["role_missing"] = _ => Task.FromResult(new Call(AllCustomers + "?status=deleted")) },
        },
        ["SearchCustomers"] = new(async stage => new Call(AllCustomers + "/search", new { search = EmailOf(await stage.CustomerAsync()) }))
        {
            Problems = { ["role_missing"] = _ => Task.FromResult(new Call(AllCustomers + "/search", new { status = "deleted" })) },
        },
        ["GetNotes"] = new(async stage =>
        {
            var customer = PathOf(await stage.CustomerAsync());
            (await stage.As("owner").PostAsync(customer + "/notes", new { body = "Likes tea." })).Expect(201);
            return new Call(customer + "/notes");
        }),
        ["PostNote"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/notes", new { body = $"Likes tea {Guid.NewGuid()}.", isPinned = true })),
        ["PatchNote"] = new(async stage => new Call(await NoteAsync(stage), new { isPinned = true })),
        ["DeleteNote"] = new(async stage => new Call(await NoteAsync(stage))),
        ["PutTag"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/tags/vip"))
        {
            Problems = { ["too_many_tags"] = async stage => new Call(await FullOfTagsAsync(stage) + "/tags/one-more") },
        },
        ["DeleteTag"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/tags/vip")),
        ["GetReferrals"] = new(async stage =>
        {
            var referrer = await stage.CustomerAsync();
            (await stage.As("owner").PostAsync(AllCustomers, new { email = Given.Email(), referredBy = referrer.Id })).Expect(201);
            return new Call(PathOf(referrer) + "/referrals");
        }),
        ["PutCustomerPerson"] = new(async stage => Tie(await stage.CustomerAsync(), await StrangerAsync(stage), stage))
        {
            Problems =
            {
                ["person_is_customer"] = async stage => Tie(await stage.CustomerAsync(), (await TiedAsync(stage)).There, stage),
                ["different_people"] = async stage => Tie((await TiedAsync(stage)).Here, (await TiedAsync(stage)).There, stage),
            },
        },
        ["DeleteCustomerPerson"] = new(async stage => new Call(PathOf((await TiedAsync(stage)).Here) + "/person")),
        ["GetPerson"] = new(async stage => new Call($"/api/v1/people/{(await TiedAsync(stage)).Person}")),
    };

    private static Task<Answer> StrangerAsync(Stage stage) => stage.App.CustomerAsync(business: stage.App.OtherBusiness);

    private static Call Tie(Answer here, Answer there, Stage stage) =>
        new(PathOf(here) + "/person", new { businessId = stage.App.OtherBusiness, customerId = there.Id }) { AlsoNames = stage.App.OtherBusiness };

    public static async Task<(Answer Here, Answer There, Guid Person)> TiedAsync(Stage stage)
    {
        var (here, there) = (await stage.CustomerAsync(), await StrangerAsync(stage));
        var tie = Tie(here, there, stage);
        var client = stage.App.WithToken(TestApp.Token("compliance", [stage.Business, stage.App.OtherBusiness]));
        var person = await client.SendAsync(HttpMethod.Put, tie.Path, tie.Body, ("X-Business-Id", stage.Business.ToString()));
        return (here, there, person.Expect(200).Id);
    }

    private static async Task<string> NoteAsync(Stage stage)
    {
        var notes = PathOf(await stage.CustomerAsync()) + "/notes";
        return $"{notes}/{(await stage.As("owner").PostAsync(notes, new { body = "Likes tea." })).Expect(201).Id}";
    }

    private static async Task<string> FullOfTagsAsync(Stage stage)
    {
        var customer = await stage.CustomerAsync();
        await stage.App.Database.QueryAsync<int>(
            """
            insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
            select @Business, @Id, 'tag-' || n, 'test', now() from generate_series(1, 250) n
            """,
            new { stage.Business, customer.Id });
        return PathOf(customer);
    }
}

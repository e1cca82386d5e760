using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>One for each operation, by the function's name. <see cref="ContractTests"/> asks for what is missing.</summary>
internal static class Scenarios
{
    private const string Customers = "/api/v1/customers";

    public static Dictionary<string, Scenario> All { get; } = new()
    {
        ["GetOpenApi"] = new("/api/openapi.json"),
        ["GetAsyncApi"] = new("/api/asyncapi.json"),
        ["GetLiveness"] = new("/api/health/live"),
        ["GetReadiness"] = new("/api/health/ready"),
        ["GetMetricsRebuild"] = new("/api/v1/metrics/rebuild"),
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
        ["DeleteCustomer"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()), new { reason = "Asked for it." }))
        {
            Problems = { ["customer_erased"] = async stage => new Call(PathOf(await ErasedAsync(stage))) { Role = "compliance" } },
        },
        ["GetErasures"] = new(async stage =>
        {
            await ErasureAsync(stage);
            return new Call(Erasures);
        }),
        ["GetErasure"] = new(ErasureAsync),
        ["ApproveErasure"] = new(async stage => (await ErasureAsync(stage)).Then("/approve"))
        {
            Problems = { ["erasure_not_pending"] = async stage => (await EndedAsync(stage)).Then("/approve") },
        },
        ["RejectErasure"] = new(async stage => (await ErasureAsync(stage)).Then("/reject", new { reason = "A claim is open." }))
        {
            Problems =
            {
                ["erasure_ended"] = async stage => (await EndedAsync(stage)).Then("/reject", new { reason = "Too late." }),
                ["customer_exists"] = async stage => new Call(await TakenAsync(stage) + "/reject", new { reason = "A claim is open." }),
            },
        },
        ["CancelErasure"] = new(async stage => (await ErasureAsync(stage)).Then("/cancel", new { reason = "Stays after all." }))
        {
            Problems =
            {
                ["erasure_ended"] = async stage => (await EndedAsync(stage)).Then("/cancel"),
                ["customer_exists"] = async stage => new Call(await TakenAsync(stage) + "/cancel"),
                ["not_requester"] = async stage =>
                {
                    var customer = (await stage.CustomerAsync()).Id;
                    return new Call($"{Erasures}/{(await stage.App.ErasureAsync(customer, stage.Business)).Id}/cancel") { Role = "customer", About = customer };
                },
            },
        },
        ["GetCertificate"] = new(async stage => (await EndedAsync(stage)).Then("/certificate"))
        {
            Problems = { ["erasure_not_completed"] = async stage => (await ErasureAsync(stage)).Then("/certificate") },
        },
        ["GetHolds"] = new(async stage => new Call((await HoldAsync(stage))[..^37])),
        ["PostHold"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/holds", new { ground = $"Claim {Guid.NewGuid()}", until = "2999-01-01T00:00:00Z" }))
        {
            Problems = { ["customer_erased"] = async stage => new Call(PathOf(await ErasedAsync(stage)) + "/holds", new { ground = "A claim." }) },
        },
        ["DeleteHold"] = new(async stage => new Call(await HoldAsync(stage)))
        {
            Problems =
            {
                ["hold_released"] = async stage =>
                {
                    var hold = await HoldAsync(stage);
                    (await stage.As("compliance").SendAsync(HttpMethod.Delete, hold)).Expect(204);
                    return new Call(hold);
                },
            },
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
            return new Call(Customers);
        })
        {
            Problems = { ["role_missing"] = _ => Task.FromResult(new Call(Customers + "?status=deleted")) },
        },
        ["SearchCustomers"] = new(async stage => new Call(Customers + "/search", new { search = EmailOf(await stage.CustomerAsync()) }))
        {
            Problems = { ["role_missing"] = _ => Task.FromResult(new Call(Customers + "/search", new { status = "deleted" })) },
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
            (await stage.As("owner").PostAsync(Customers, new { email = Given.Email(), referredBy = referrer.Id })).Expect(201);
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
        ["VerifyAudit"] = new("/api/v1/audit/verification"),
        ["PostEvents"] = new(async stage => new Call("/api/v1/events", Events.Batch(Events.Sale(stage.Business, (await stage.CustomerAsync()).Id))))
        {
            Problems =
            {
                ["invalid_request"] = _ => Task.FromResult(new Call("/api/v1/events", new Typed(Events.BatchType, "{}"))),
                ["malformed_json"] = _ => Task.FromResult(new Call("/api/v1/events", new Typed(Events.OneType, "{"))),
                ["body_too_large"] = _ => Task.FromResult(new Call("/api/v1/events", new Typed(Events.OneType, new string(' ', 9 * 1024 * 1024)))),
                ["too_many_events"] = _ => Task.FromResult(new Call("/api/v1/events", Events.Batch(new object[1001]))),
            },
        },
        ["GetUnsettledEvents"] = new(async stage =>
        {
            Assert.Equal(["unlinked"], (await stage.App.TellAsync(stage.Business, Events.Sale(stage.Business, Guid.NewGuid()))).Outcomes());
            return new Call("/api/v1/events/unsettled");
        }),
        ["GetDeadLetters"] = new(async stage =>
        {
            await stage.App.DeadLetterAsync(stage.Business);
            return new Call(DeadLetters);
        }),
        ["GetDeadLetter"] = new(async stage => new Call($"{DeadLetters}/{await stage.App.DeadLetterAsync(stage.Business)}")),
        ["RetryDeadLetter"] = new(async stage => new Call($"{DeadLetters}/{await stage.App.DeadLetterAsync(stage.Business)}/retry"))
        {
            Problems =
            {
                ["dead_letter_settled"] = async stage => new Call($"{await DiscardedAsync(stage)}/retry"),
                ["dead_letter_unreadable"] = async stage => new Call($"{DeadLetters}/{await stage.App.DeadLetterAsync(stage.Business, new { data = new { businessId = stage.Business }, id = "" })}/retry"),
            },
        },
        ["DiscardDeadLetter"] = new(async stage => new Call($"{DeadLetters}/{await stage.App.DeadLetterAsync(stage.Business)}/discard", new { reason = "A test of the till." }))
        {
            Problems = { ["dead_letter_settled"] = async stage => new Call($"{await DiscardedAsync(stage)}/discard") },
        },
        ["GetTimeline"] = new(async stage =>
        {
            var customer = await stage.CustomerAsync();
            (await stage.As("owner").PostAsync(PathOf(customer) + "/notes", new { body = "Likes tea." })).Expect(201);
            Assert.DoesNotContain("rejected", (await stage.App.TellAsync(
                stage.Business, Events.Sale(stage.Business, customer.Id), Events.Balance(stage.Business, customer.Id, 10, DateTimeOffset.UtcNow),
                Events.Redemption(stage.Business, customer.Id), Events.Message(stage.Business, customer.Id))).Outcomes());
            return new Call(PathOf(customer) + "/timeline");
        }),
        ["PostExport"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/export", Full()))
        {
            Problems =
            {
                ["customer_erased"] = async stage => new Call(PathOf(await ErasedAsync(stage)) + "/export", Full()) { Role = "compliance" },
                ["storage_not_configured"] = async stage => new Call(PathOf(await stage.CustomerAsync()) + "/export", Full()) { WithoutStorage = true },
            },
        },
        ["PostPersonExport"] = new(async stage => new Call($"/api/v1/people/{(await TiedAsync(stage)).Person}/export", Full()))
        {
            Problems =
            {
                ["storage_not_configured"] = async stage => new Call($"/api/v1/people/{(await TiedAsync(stage)).Person}/export", Full()) { WithoutStorage = true },
            },
        },
        ["GetExports"] = new(async stage =>
        {
            await ExportAsync(stage, "COMPLETED");
            return new Call("/api/v1/exports");
        }),
        ["GetExport"] = new(stage => ExportAsync(stage, "COMPLETED")),
        ["ApproveExport"] = new(async stage => (await ExportAsync(stage, "WAITING")).Then("/approve"))
        {
            Problems = { ["export_not_waiting"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/approve") },
        },
        ["RejectExport"] = new(async stage => (await ExportAsync(stage, "WAITING")).Then("/reject", new { reason = "This is somebody else." }))
        {
            Problems = { ["export_not_waiting"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/reject", new { reason = "No." }) },
        },
        ["RetryExport"] = new(async stage => (await ExportAsync(stage, "FAILED")).Then("/retry"))
        {
            Problems =
            {
                ["export_not_failed"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/retry"),
                ["export_open"] = async stage =>
                {
                    var failed = await ExportAsync(stage, "FAILED");
                    await ExportAsync(stage, "WAITING", failed.About);
                    return failed.Then("/retry");
                },
                ["customer_erased"] = async stage =>
                {
                    var failed = await ExportAsync(stage, "FAILED");
                    await stage.App.Database.QueryAsync<int>("update customers set deleted_at = now(), erased_at = now() where id = @About", new { failed.About });
                    return failed.Then("/retry") with { Role = "compliance" };
                },
            },
        },
        ["DownloadExport"] = new(async stage => (await ExportAsync(stage, "COMPLETED")).Then("/download"))
        {
            Problems =
            {
                ["export_not_ready"] = async stage => (await ExportAsync(stage, "WAITING")).Then("/download"),
                ["export_expired"] = async stage => (await ExportAsync(stage, "EXPIRED")).Then("/download"),
                ["range_not_satisfiable"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/download") with { Headers = [("Range", "bytes=99999999-")] },
            },
        },
        ["GetTierConfiguration"] = new("/api/v1/tiers/configuration"),
        ["PutTierConfiguration"] = new(async stage =>
        {
            await stage.App.TiersAsync(stage.Business);
            return new Call("/api/v1/tiers/configuration", Given.Tiers(silver: 50));
        }),
        ["GetTierAudits"] = new(async stage =>
        {
            await stage.App.TiersAsync(stage.Business);
            return new Call("/api/v1/tiers/audits");
        }),
        ["PostTierRecalculation"] = new("/api/v1/tiers/recalculate"),
        ["GetTierRecalculation"] = new(async stage =>
            new Call($"/api/v1/tiers/recalculations/{(await stage.As("owner").PostAsync("/api/v1/tiers/recalculate")).Expect(202).Id}")),
        ["PostTierSimulation"] = new(async stage =>
        {
            await HeldByHandAsync(stage);
            await stage.CustomerAsync(); // who would move
            return new Call("/api/v1/tiers/simulate", Given.TierThresholds(silver: 0));
        })
        {
            Problems =
            {
                ["invalid_cursor"] = _ => Task.FromResult(new Call("/api/v1/tiers/simulate", Given.TierThresholds(cursor: "made-up"))),
            },
        },
        ["GetTier"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/tier")),
        ["GetTierHistory"] = new(async stage => new Call(PathOf(await HeldByHandAsync(stage)) + "/tier/history")),
        ["PostTierOverride"] = new(async stage => new Call(
            PathOf(await stage.CustomerAsync()) + "/tier/override", new { tier = "GOLD", reason = $"A friend of the house {Guid.NewGuid():N}.", lastDay = "2099-12-31" })),
        ["DeleteTierOverride"] = new(async stage => new Call(PathOf(await HeldByHandAsync(stage)) + "/tier/override", new { reason = "Moved away." })),
        ["GetBusiness"] = new("/api/v1/business"),
        ["PutBusiness"] = new("/api/v1/business", new { consentMode = "opt_in", defaultMargin = 0.4, acquisitionCost = 12.5, graceMonths = 2 }),
    };

    private const string Erasures = "/api/v1/erasures";
    private const string DeadLetters = "/api/v1/events/dead-letters";

    private static async Task<string> DiscardedAsync(Stage stage)
    {
        var path = $"{DeadLetters}/{await stage.App.DeadLetterAsync(stage.Business)}";
        (await stage.As("owner").PostAsync(path + "/discard")).Expect(200);
        return path;
    }

    private static async Task<Call> ErasureAsync(Stage stage)
    {
        var customer = (await stage.CustomerAsync()).Id;
        var erasure = await stage.App.ErasureAsync(customer, stage.Business, stage.Role == "customer" ? "customer" : "owner");
        return new Call($"{Erasures}/{erasure.Id}") { About = customer };
    }

    /// <summary>One whose customer's email has gone to somebody else.</summary>
    private static async Task<string> TakenAsync(Stage stage)
    {
        var customer = await stage.CustomerAsync();
        var erasure = await stage.App.ErasureAsync(customer.Id, stage.Business);
        await stage.CustomerAsync(EmailOf(customer));
        return $"{Erasures}/{erasure.Id}";
    }

    private static async Task<Call> EndedAsync(Stage stage)
    {
        var customer = await ErasedAsync(stage);
        var erasure = (await stage.App.Database.QueryAsync<Guid>("select id from erasure_requests where customer_id = @Id", new { customer.Id }))[0];
        return new Call($"{Erasures}/{erasure}") { About = customer.Id };
    }

    private static async Task<Answer> ErasedAsync(Stage stage)
    {
        var customer = await stage.CustomerAsync();
        await stage.App.EraseAsync(customer.Id, stage.Business);
        return customer;
    }

    private static async Task<Answer> HeldByHandAsync(Stage stage)
    {
        var customer = await stage.CustomerAsync();
        (await stage.As("owner").PostAsync(PathOf(customer) + "/tier/override", new { tier = "SILVER", reason = "A regular." })).Expect(200);
        return customer;
    }

    private static async Task<string> HoldAsync(Stage stage)
    {
        var holds = PathOf(await stage.CustomerAsync()) + "/holds";
        return $"{holds}/{(await stage.As("compliance").PostAsync(holds, new { ground = "A claim is open." })).Expect(201).Id}";
    }

    private static string PathOf(Answer customer) => $"{Customers}/{customer.Id}";

    private static Task<Answer> StrangerAsync(Stage stage) => stage.App.CustomerAsync(business: stage.App.OtherBusiness);

    private static Call Tie(Answer here, Answer there, Stage stage) =>
        new(PathOf(here) + "/person", new { businessId = stage.App.OtherBusiness, customerId = there.Id }) { AlsoNames = stage.App.OtherBusiness };

    private static async Task<(Answer Here, Answer There, Guid Person)> TiedAsync(Stage stage)
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

    private static Call Then(this Call about, string act, object? body = null) => about with { Path = about.Path + act, Body = body };

    private static object Full() => new { exportType = "GDPR_FULL", reason = $"Asked for it at the counter, {Guid.NewGuid()}." };

    // Really packed, and then brought to the state that is wanted.
    private static async Task<Call> ExportAsync(Stage stage, string state, Guid? of = null)
    {
        var customer = of ?? (await stage.CustomerAsync()).Id;
        var asking = state == "WAITING" ? stage.App.AsOf(stage.Business, "customer", customer.ToString()) : stage.As("compliance");
        var export = await asking.AskAsync(customer, "GDPR_BASIC");
        if (state != "WAITING")
        {
            await asking.EndAsync(export);
            await stage.App.Database.QueryAsync<int>(
                "update customer_data_exports set status = @state, wrapped_key = null, failure_code = 'storage_unavailable' where id = @export and @state <> 'COMPLETED'",
                new { export, state });
        }

        return new Call($"/api/v1/exports/{export}") { About = customer };
    }

    private static string EmailOf(Answer customer) => (string)customer.Json["email"]!;
}

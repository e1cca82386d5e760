using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.IntegrationTests.Api.Scenarios;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>Of the operations on erasures and holds.</summary>
internal static class ErasureScenarios
{
    private const string Erasures = "/api/v1/erasures";

    public static Dictionary<string, Scenario> All { get; } = new()
    {
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
    };

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

    private static async Task<string> HoldAsync(Stage stage)
    {
        var holds = PathOf(await stage.CustomerAsync()) + "/holds";
        return $"{holds}/{(await stage.As("compliance").PostAsync(holds, new { ground = "A claim is open." })).Expect(201).Id}";
    }
}

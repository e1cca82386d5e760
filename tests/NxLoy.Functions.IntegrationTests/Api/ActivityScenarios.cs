using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.IntegrationTests.Api.Scenarios;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>Of the operations on what happens to customers.</summary>
internal static class ActivityScenarios
{
    private const string DeadLetters = "/api/v1/events/dead-letters";

    public static Dictionary<string, Scenario> All { get; } = new()
    {
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
    };

    private static async Task<string> DiscardedAsync(Stage stage)
    {
        var path = $"{DeadLetters}/{await stage.App.DeadLetterAsync(stage.Business)}";
        (await stage.As("owner").PostAsync(path + "/discard")).Expect(200);
        return path;
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>docs/help/connecting-your-till-and-other-systems.md, read aloud to the app: it answers what the article says.</summary>
public sealed partial class ConnectingArticleTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task EveryEvent_IsAnsweredAsTheArticleSays()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync("ada@example.com", business: business)).Id;
        var blocks = Block().Matches(await File.ReadAllTextAsync(Article()))
            .Select(block => (Kind: block.Groups["kind"].Value, Json: block.Groups["json"].Value.Replace("$BUSINESS", business.ToString(), StringComparison.Ordinal).Replace("$CUSTOMER", customer.ToString(), StringComparison.Ordinal)))
            .ToList();
        var service = new ApiClient(app.Host.CreateClient(), TestApp.Token("service", [business])); // some of it is no event as described
        foreach (var (sent, answered) in blocks.Where(block => block.Kind == "event").Zip(blocks.Where(block => block.Kind == "answer")))
        {
            var answer = (await service.PostAsync("/api/v1/events", new Typed(sent.Json.TrimStart()[0] == '[' ? Events.BatchType : Events.OneType, sent.Json))).Expect(200);

            Assert.Equal(Plain(answered.Json), answer.Json.ToJsonString());
        }

        Assert.True(blocks.Count(block => block.Kind == "event") >= 8);
        var unsettled = (await app.AsOf(business, "owner").GetAsync("/api/v1/events/unsettled")).Expect(200).Json;
        Assert.Equal(Plain(blocks.Single(block => block.Kind == "unsettled").Json), Without(unsettled, "groups", "oldestReceivedAt", "lastReceivedAt").ToJsonString());
        var timeline = (await app.AsOf(business, "owner").GetAsync($"/api/v1/customers/{customer}/timeline?kind=transaction,points,redemption,message")).Expect(200).Json;
        var expected = JsonNode.Parse(blocks.Single(block => block.Kind == "timeline").Json)!.AsArray();
        Assert.Equal(expected.Count, timeline["items"]!.AsArray().Count);
        Assert.All(expected.Zip(timeline["items"]!.AsArray()), one => Assert.All(
            one.First!.AsObject(), field => Assert.Equal(field.Value?.ToJsonString(), one.Second![field.Key]?.ToJsonString())));
    }

    private static string Plain(string json) => JsonNode.Parse(json)!.ToJsonString();

    private static JsonObject Without(JsonObject answer, string list, params string[] names)
    {
        foreach (var (item, name) in from item in answer[list]!.AsArray() from name in names select (item!.AsObject(), name))
        {
            item.Remove(name);
        }

        return answer;
    }

    private static string Article([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "docs", "help", "connecting-your-till-and-other-systems.md"));

    [GeneratedRegex(@"^```json (?<kind>\w+)\n(?<json>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}

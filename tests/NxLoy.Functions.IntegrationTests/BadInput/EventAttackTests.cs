using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>
/// Events are judged one by one, so one that cannot be accepted is told so in an answer of 200: each of its values is
/// spoiled in turn, and nothing is to be recorded but, in the inbox, that it came.
/// </summary>
public sealed class EventAttackTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    [Theory]
    [InlineData("transactions.transaction.completed")]
    [InlineData("loyalty.balance.changed")]
    [InlineData("rewards.redemption.completed")]
    [InlineData("communications.message.sent")]
    [InlineData("businesses.business.changed")]
    public async Task Event_WithAValueThatCannotBe_IsRejectedAndRecordsNothing(string type)
    {
        var customer = (await app.App.CustomerAsync()).Id;
        var before = await RecordedAsync();
        var failures = new List<string>();
        foreach (var (name, json) in Spoiled(type, customer).Concat(type == "transactions.transaction.completed" ? Impossible(type, customer) : []))
        {
            var answer = await SendAsync(json);
            if (answer.Code != 200 || (string?)answer.Json["results"]![0]!["status"] != "rejected" || answer.Json["results"]![0]!["code"] is null)
            {
                failures.Add($"{name}: {answer.Code} {answer.Text[..Math.Min(200, answer.Text.Length)]}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(before, await RecordedAsync());
        Assert.Equal(["accepted"], (await SendAsync(Valid(type, customer).ToJsonString())).Outcomes());
    }

    private Task<Answer> SendAsync(string json) => app.Wire.SendAsync(new Sent("POST", "/api/v1/events")
    {
        Token = TestApp.Token("service", [app.App.Business]), ContentType = Events.OneType, Json = json,
    });

    private async Task<IEnumerable<string>> RecordedAsync() => (await app.Tables.ReadAsync()).Where(table => !table.StartsWith("inbox ", StringComparison.Ordinal));

    /// <summary>The event with one of its values replaced; each under an id of its own.</summary>
    private IEnumerable<(string Name, string Json)> Spoiled(string type, Guid customer)
    {
        foreach (var pointer in Leaves(Valid(type, customer), ""))
        {
            var isNumber = At(Valid(type, customer), pointer)!.GetValueKind() == JsonValueKind.Number;
            string[] wrong = isNumber
                ? ["\"10\"", "true", "{}", "[]", "[1]", "1e999", "-1e999", "123456789012345678901234567890"]
                : ["17", "true", "{}", "[]", "[\"a\"]", "\"\"", .. Hostile.NoTexts, Hostile.Long(300), Hostile.Long(1_000_000)];
            foreach (var json in wrong.Where(json => json.Length != Hostile.Long(300).Length || !pointer.EndsWith("/subject", StringComparison.Ordinal) && !pointer.EndsWith("/body", StringComparison.Ordinal)))
            {
                // By a place of its own in the text, since not all of these can be nodes.
                var spoiled = Valid(type, customer);
                At(spoiled, pointer, "@@");
                yield return ($"{pointer} as {json[..Math.Min(30, json.Length)]}", spoiled.ToJsonString().Replace("\"@@\"", json, StringComparison.Ordinal));
            }
        }

    }

    private IEnumerable<(string Name, string Json)> Impossible(string type, Guid customer)
    {
        foreach (var (pointer, json) in ((string, string)[])[("/data", "[]"), ("/data", "null"), ("/data", "\"x\""), ("/data/items", "{}"), ("/data/items", "[null]"), ("/data/items", "[[]]"), ("/data/items", "[17]"),
            ("/data/amount", "-0.01"), ("/data/amount", "0.00001"), ("/data/amount", "10000000000.01"), ("/data/items/0/quantity", "1000000001"), ("/data/items/0/unitPrice", "-10000000001"),
            ("/data/occurredAt", "\"0001-01-01T00:00:00+14:00\""), ("/data/occurredAt", "\"9999-12-31T23:59:59-14:00\""), ("/data/occurredAt", "\"2024-02-30T00:00:00Z\""), ("/data/occurredAt", "\"2024-02-29\""),
            ("/data/currency", "\"usd\""), ("/data/businessId", "\"00000000-0000-0000-0000-000000000000\""), ("/data/customerId", "\"00000000-0000-0000-0000-000000000000\""), ("/specversion", "\"0.3\"")])
        {
            var spoiled = Valid(type, customer);
            At(spoiled, pointer, "@@");
            yield return ($"{pointer} as {json}", spoiled.ToJsonString().Replace("\"@@\"", json, StringComparison.Ordinal));
        }

        foreach (var depth in (int[])[10, 25])
        {
            var deep = Valid(type, customer);
            deep["data"]!["items"] = JsonNode.Parse(new string('[', depth) + new string(']', depth));
            yield return ($"items {depth} deep", deep.ToJsonString());
        }
    }

    private JsonObject Valid(string type, Guid customer) => JsonNode.Parse(JsonSerializer.Serialize(new
    {
        specversion = "1.0",
        id = Guid.NewGuid().ToString(),
        source = "/tests",
        type,
        time = "2026-01-31T12:00:00Z",
        datacontenttype = "application/json",
        data = Data(type, customer),
    }))!.AsObject();

    private object Data(string type, Guid customerId)
    {
        var (businessId, id, occurredAt) = (app.App.Business, Guid.NewGuid().ToString(), "2026-01-31T12:00:00Z");
        return type switch
        {
            "loyalty.balance.changed" => new { businessId, customerId, balance = 10, qualifyingPoints = 20, changedBy = "till", occurredAt },
            "rewards.redemption.completed" => new { redemptionId = id, businessId, customerId, reward = "Free cup", points = 50, occurredAt },
            "communications.message.sent" => new
            {
                messageId = id, businessId, customerId, channel = "EMAIL", purpose = "SURVEY", campaignId = "spring", segmentId = Guid.NewGuid(), subject = "How was it?",
                body = "Tell us.", occurredAt,
            },
            "businesses.business.changed" => new { businessId, name = "A business", status = "ACTIVE", timeZone = "UTC", currency = "USD", defaultRegion = "US", occurredAt },
            _ => new
            {
                transactionId = id, businessId, customerId, amount = 10, currency = "USD", occurredAt,
                items = new[] { new { product = "Tea", category = "Drinks", quantity = 1, unitPrice = 10 } },
            },
        };
    }

    private static IEnumerable<string> Leaves(JsonNode node, string at) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Leaves(field.Value!, $"{at}/{field.Key}")),
        JsonArray list => Leaves(list[0]!, at + "/0"),
        _ => [at],
    };

    private static JsonNode? At(JsonNode root, string pointer, string? replacement = null)
    {
        var names = pointer.Split('/')[1..];
        var parent = names[..^1].Aggregate(root, (node, name) => node is JsonArray list ? list[0]! : node[name]!);
        if (replacement is not null)
        {
            parent[names[^1]] = replacement;
        }

        return parent[names[^1]];
    }
}

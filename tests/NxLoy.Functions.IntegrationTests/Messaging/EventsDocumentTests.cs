using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>The AsyncAPI document. That events are as it says is checked wherever an app of the tests ends.</summary>
public sealed class EventsDocumentTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Document_IsServedToEveryone_AndValidByAsyncApisOwnSchema()
    {
        var answer = (await app.Anonymous().GetAsync("/api/asyncapi.json")).Expect(200);

        Assert.Equal("application/json", answer.ContentType);
        Assert.Empty(await FaultsAsync(answer.Text));
    }

    [Fact]
    public async Task Schema_FindsWhatIsWrong()
    {
        var document = EventContract.DocumentOf(app);
        document["operations"]!["publish"]!["action"] = "shout";

        Assert.NotEmpty(await FaultsAsync(document.ToJsonString()));
    }

    [Fact]
    public void Document_LeadsNowhereInVain()
    {
        var document = EventContract.DocumentOf(app);
        var references = References(document).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name])));
        Assert.Equal(("send", "receive"), ((string?)document["operations"]!["publish"]!["action"], (string?)document["operations"]!["consume"]!["action"]));
        Assert.Equal(
            ["businesses.business.changed", "communications.message.sent", "loyalty.balance.changed", "rewards.redemption.completed",
                "transactions.transaction.completed", "transactions.transaction.refunded", "transactions.transaction.voided"],
            Types(document, "inbound").Order());
    }

    [Fact]
    public async Task EveryOutboundEvent_IsReallyPublished()
    {
        var business = await app.GivenBusinessAsync();
        var owner = app.AsOf(business, "owner");
        await app.TiersAsync(business);
        var customer = (await app.CustomerAsync(business: business)).Id;
        (await owner.PatchAsync($"/api/v1/customers/{customer}", new { firstName = "Ada" })).Expect(200);
        await app.ReverseAsync(business, customer, "voided", await app.SellAsync(business, customer, 600), 600);
        await ExportAsync(business, customer, "approve");
        await ExportAsync(business, customer, "reject");
        await app.EraseAsync((await app.CustomerAsync(business: business)).Id, business);

        await Eventually.TrueAsync(async () =>
            !Types(EventContract.DocumentOf(app), "outbound").Except(await app.Database.QueryAsync<string>("select distinct type from outbox where business_id = @business", new { business })).Any());
    }

    // What a customer asks for itself waits for somebody's word.
    private async Task ExportAsync(Guid business, Guid customer, string decision)
    {
        var type = decision == "approve" ? "GDPR_FULL" : "GDPR_BASIC";
        var export = (await app.AsOf(business, "customer", customer.ToString()).PostAsync($"/api/v1/customers/{customer}/export", new { exportType = type })).Expect(202).Id;
        (await app.AsOf(business, "owner").PostAsync($"/api/v1/exports/{export}/{decision}", decision == "reject" ? new { reason = "Asked twice." } : null)).Expect(decision == "reject" ? 200 : 202);
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>("select status from customer_data_exports where id = @export", new { export })) is ["COMPLETED" or "FAILED"]);
    }

    private static IEnumerable<string> Types(JsonObject document, string channel) => document["channels"]![channel]!["messages"]!.AsObject().Select(message => message.Key);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject item => item.SelectMany(property => property is { Key: "$ref", Value: JsonValue } ? [(string)property.Value!] : References(property.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    // From @asyncapi/specs 6.11.1, schemas/3.0.0-without-$id.json (Apache-2.0), as it is there.
    private static async Task<IEnumerable<string>> FaultsAsync(string document)
    {
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Messaging", "asyncapi-3.0.0.schema.json")))!;
        SayTrueAsObject(schema);
        return (await JsonSchema.FromJsonAsync(schema.ToJsonString())).Validate(document).Select(fault => $"{fault.Path}: {fault.Kind}");
    }

    // The library does not know that true is a schema, too: the one that everything fits.
    private static void SayTrueAsObject(JsonNode? node)
    {
        foreach (var part in (node as JsonArray ?? []).Concat((node as JsonObject ?? []).Select(property => property.Value)).ToList())
            SayTrueAsObject(part);
        if (node is JsonObject list && list["items"] is JsonValue)
            list["items"] = new JsonObject();
        foreach (var keyword in new[] { "properties", "patternProperties", "dependencies" })
            if (node is JsonObject && node[keyword] is JsonObject schemas)
                foreach (var (name, _) in schemas.Where(one => one.Value?.GetValueKind() == JsonValueKind.True).ToList())
                    schemas[name] = new JsonObject();
    }
}

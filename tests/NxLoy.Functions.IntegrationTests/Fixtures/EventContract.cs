using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>
/// The app's own description of its events, held against what it really writes to be published: every test of an app is
/// a test of the description too.
/// </summary>
internal static class EventContract
{
    /// <summary>What tests write past the app has a type that begins so.</summary>
    public const string OfTests = "tests.";

    public static JsonObject DocumentOf(TestApp app) =>
        JsonNode.Parse(app.Host.Services.GetRequiredService<EventsDocument>().Document)!.AsObject();

    /// <summary>Fails naming the events whose data is not as described.</summary>
    public static async Task CheckAsync(TestApp app)
    {
        var document = DocumentOf(app);
        var check = new SchemaCheck(document);
        var faults = new List<string>();
        foreach (var row in await app.Database.QueryAsync<string>("select jsonb_build_object('type', type, 'data', data)::text from outbox where type not like 'tests.%'"))
        {
            var written = JsonNode.Parse(row)!;
            var type = (string)written["type"]!;
            faults.AddRange(document["channels"]!["outbound"]!["messages"]![type] is null ? [$"{type} is not described"]
                : check.Faults(document["components"]!["schemas"]![type]!, written["data"]).Select(fault => $"{type}{fault}"));
        }

        Assert.True(faults.Count == 0, "Events are not as the AsyncAPI document describes them:\n" + string.Join('\n', faults.Distinct()));
    }
}

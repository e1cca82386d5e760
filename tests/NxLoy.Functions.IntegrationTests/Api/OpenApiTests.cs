using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using NxLoy.Functions.Http;
using NxLoy.Functions.Http.OpenApi;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

public sealed class OpenApiTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task Document_IsValidOpenApi31()
    {
        var answer = (await app.Anonymous().GetAsync("/api/openapi.json")).Expect(200);

        var settings = new OpenApiReaderSettings { RuleSet = ValidationRuleSet.GetDefaultRuleSet() };
        var (document, diagnostic) = OpenApiDocument.Parse(answer.Text, "json", settings);

        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic!.SpecificationVersion);
        Assert.Empty(diagnostic.Errors);
        Assert.Empty(diagnostic.Warnings);
        Assert.NotEmpty(document!.Paths);
    }

    [Fact]
    public void Document_HoldsEveryHttpFunctionAndNothingElse()
    {
        var functions = new Endpoints().All.Where(endpoint => !endpoint.IsCatchAll)
            .SelectMany(endpoint => endpoint.Methods.Select(method => $"{method} {endpoint.Name}"));
        var described = TestApp.Contract.Operations.Select(known => $"{known.Method} {known.Operation["operationId"]}");

        Assert.Equal(functions.Order(), described.Order());
    }

    [Fact]
    public void Document_IsTheSameBytesHoweverOftenItIsMade() =>
        Assert.Equal(new ApiDescription(new Endpoints()).Document, new ApiDescription(new Endpoints()).Document);

    [Fact]
    public async Task Document_IsServedWholeToEveryone() =>
        Assert.Equal(TestApp.Contract.Document.ToJsonString(), (await app.Anonymous().GetAsync("/api/openapi.json")).Expect(200).Json.ToJsonString());

    [Fact]
    public void Document_TellsWhatTheParsersAndTypesKnow()
    {
        var schemas = TestApp.Contract.Document["components"]!["schemas"]!;
        var email = schemas["NewCustomer"]!["properties"]!["email"]!;

        Assert.Equal("string", (string?)email["type"]);
        Assert.Equal(255, (int?)email["maxLength"]);
        Assert.Contains("unique", (string?)email["description"], StringComparison.Ordinal);
        Assert.Equal("""["email"]""", schemas["NewCustomer"]!["required"]!.ToJsonString());
        Assert.Null(schemas["CustomerFieldsPatch"]!["required"]);
        Assert.Equal("""["string","null"]""", schemas["CustomerFieldsPatch"]!["properties"]!["email"]!["type"]!.ToJsonString());
        Assert.Equal("""["BRONZE","SILVER","GOLD","PLATINUM"]""", schemas["LoyaltyTier"]!["enum"]!.ToJsonString());
        Assert.Equal("uuid", (string?)schemas["CustomerProfile"]!["properties"]!["referredBy"]!["format"]);
    }

    [Fact]
    public void SchemaCheck_SeesEveryKindOfFault()
    {
        var schema = JsonNode.Parse("""
            {
              "type": "object", "required": ["id", "n"],
              "properties": {
                "id": { "type": "string", "format": "uuid" }, "n": { "type": ["integer", "null"], "minimum": 1 },
                "day": { "type": "string", "format": "date" }, "at": { "type": "string", "format": "date-time" },
                "kind": { "enum": ["A"] }, "list": { "type": "array", "maxItems": 1, "items": { "type": "string", "maxLength": 2 } }
              }
            }
            """)!;
        IReadOnlyList<string> Faults(string json) => new SchemaCheck([]).Faults(schema, JsonNode.Parse(json));

        Assert.Empty(Faults("""{"id":"01890a5d-ac96-774b-bcce-b302099a8057","n":null,"day":"2024-02-29","at":"2024-02-29T00:00:00Z","kind":"A","list":["ab"]}"""));
        Assert.Equal(["/n: is missing", "/id: 'x' is no uuid"], Faults("""{"id":"x"}"""));
        Assert.Equal(["/id: is null, not \"string\"", "/n: breaks minimum 1", "/more: is not described"], Faults("""{"id":null,"n":0,"more":1}"""));
        Assert.Equal(
            ["/day: '2023-02-29' is no date", "/at: '2024-02-29T00:00:00+01:00' is no date-time", "/kind: \"B\" is none of [\"A\"]", "/list: breaks maxItems 1", "/list/0: breaks maxLength 2", "/list/1: is integer, not \"string\""],
            Faults("""{"id":"01890a5d-ac96-774b-bcce-b302099a8057","n":1,"day":"2023-02-29","at":"2024-02-29T00:00:00+01:00","kind":"B","list":["abc",1]}"""));
    }
}

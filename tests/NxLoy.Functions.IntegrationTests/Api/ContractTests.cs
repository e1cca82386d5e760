using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>
/// Drives every operation to its success and to every problem it says it may answer. That the answers are as described is
/// checked by <see cref="Contract"/>, which each client of the tests goes through.
/// </summary>
public sealed class ContractTests(FilingApp app) : IClassFixture<FilingApp>
{
    // A race, a bug, three outages, and a limit that these settings do not set: nothing that a request alone brings about.
    // Their documents are made as all others.
    private static readonly HashSet<string> NotByRequest = ["changed_meanwhile", "too_many_requests", "internal_error", "database_unavailable", "authority_unavailable", "storage_unavailable"];

    public static TheoryData<string> Functions => [.. new Endpoints().All.Where(endpoint => !endpoint.IsCatchAll).Select(endpoint => endpoint.Name).Order()];

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Operation_AnswersWhatItsDescriptionSays(string function)
    {
        var (method, operation) = TestApp.Contract.Operations.First(known => (string?)known.Operation["operationId"] == function);
        var scenario = Scenarios.All.GetValueOrDefault(function)
            ?? throw new XunitException($"No scenario drives {function}. Add one to the scenarios of its area in Api: All[\"{function}\"], a request that succeeds.");
        var probe = new Probe(app, new HttpMethod(method), operation, scenario);

        Assert.InRange((await probe.SucceedAsync()).Code, 200, 299);
        foreach (var (status, code) in Contract.ProblemsOf(operation).Where(problem => !NotByRequest.Contains(problem.Code)))
        {
            var answer = await probe.ProvokeAsync(code);

            Assert.True(answer.Code == status && answer.Problem == code, $"{function} was to answer {status} {code}, but answered {answer.Code}: {answer.Text}");
        }
    }

    /// <summary>One operation and the ways to make it answer a problem. Each request has a business of its own.</summary>
    private sealed class Probe(TestApp app, HttpMethod method, JsonObject operation, Scenario scenario)
    {
        private static readonly string[] AllRoles = ["staff", "owner", "compliance", "service", "customer"];

        private readonly string[] roles = [.. (operation["x-roles"]?.AsArray() ?? []).Select(role => (string)role!)];

        private bool NeedsIfMatch => (operation["parameters"]?.AsArray() ?? []).Any(parameter => (string?)parameter!["$ref"] == "#/components/parameters/IfMatch");

        public async Task<Answer> SucceedAsync()
        {
            var stage = await StageAsync();
            return await SendAsync(stage, await scenario.Succeed(stage));
        }

        public async Task<Answer> ProvokeAsync(string code)
        {
            var stage = await StageAsync();
            if (scenario.Problems.TryGetValue(code, out var prepare))
            {
                return await SendAsync(stage, await prepare(stage));
            }

            var call = await scenario.Succeed(stage);
            var id = stage.Business;
            return await (code switch
            {
                "token_missing" => SendAsync(stage, call, app.Anonymous()),
                "token_invalid" => SendAsync(stage, call, app.WithToken("not.a.token")),
                "role_missing" => SendAsync(stage, call, app.AsOf(id, AllRoles.Except(roles).First())),
                "business_not_chosen" => SendAsync(stage, call, app.WithToken(TestApp.Token(roles[0], [id, app.OtherBusiness]))),
                "not_found" => SendAsync(stage, call, stage.As(roles[0]), (Caller.BusinessHeader, Guid.NewGuid().ToString())),
                "if_match_missing" => SendAsync(stage, call, null, ("If-Match", "")),
                "stale_version" => SendAsync(stage, call, null, ("If-Match", "\"4711\"")),
                "invalid_request" when call.Body is not null => SendAsync(stage, call with { Body = new { noSuchField = true } }),
                "invalid_request" => SendAsync(stage, call with { Path = call.Path + (call.Path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "noSuchParameter=1" }),
                "invalid_cursor" when call.Body is not null => SendAsync(stage, call with { Body = new { cursor = "made-up" } }),
                "invalid_cursor" => SendAsync(stage, call with { Path = call.Path + "?cursor=made-up" }),
                "malformed_json" => SendAsync(stage, call with { Body = "{" }),
                "body_missing" => SendAsync(stage, call with { Body = null }),
                "body_too_large" => SendAsync(stage, call with { Body = $$"""{"email":"{{new string('x', Body.Limit)}}"}""" }),
                "unsupported_media_type" => SendAsync(stage, call with { Body = new StringContent(JsonSerializer.Serialize(call.Body), Encoding.UTF8, "text/plain") }),
                "unsupported_content_encoding" => SendAsync(stage, call with { Body = new StringContent("{}", Encoding.UTF8, (call.Body as Typed)?.ContentType ?? "application/json") { Headers = { ContentEncoding = { "gzip" } } } }),
                "idempotency_key_reused" => ReuseAsync(stage, call),
                "business_closed" => CloseAsync(stage, call),
                _ => throw new XunitException(
                    $"Nothing provokes {code} of {operation["operationId"]}. Add it to the scenario's Problems in Api, or take it off the function's [Operation]."),
            });
        }

        private async Task<Stage> StageAsync() => new(app, await app.GivenBusinessAsync());

        private Task<Answer> SendAsync(Stage stage, Call call, ApiClient? client = null, params (string Name, string Value)[] headers)
        {
            if (client is null && call.AlsoNames is { } other)
            {
                client = app.WithToken(TestApp.Token(roles[0], [stage.Business, other]));
                headers = [(Caller.BusinessHeader, stage.Business.ToString()), .. headers];
            }

            if (call.WithoutStorage)
            {
                return SendWithoutStorageAsync(stage, call, headers);
            }

            headers = [.. call.Headers, .. headers];
            client ??= call.Role is { } role ? app.AsOf(stage.Business, role, call.About?.ToString()) : roles.Length == 0 ? app.Anonymous() : stage.As(roles[0]);
            var all = NeedsIfMatch && headers is not [("If-Match", _)] ? [.. headers, ("If-Match", "*")] : headers;
            return client.SendAsync(method, call.Path, call.Body, [.. all.Where(header => header.Value.Length > 0)]);
        }

        private async Task<Answer> SendWithoutStorageAsync(Stage stage, Call call, IReadOnlyList<(string, string)> headers)
        {
            await using var database = await TestDatabase.CloneAsync();
            await using var bare = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, TestApp.Settings(database));
            return await new ApiClient(bare.CreateClient(), TestApp.Token(roles[0], [stage.Business]), TestApp.Contract).SendAsync(method, call.Path, call.Body, [.. headers]);
        }

        private async Task<Answer> ReuseAsync(Stage stage, Call call)
        {
            var key = (Posts.KeyHeader, Guid.NewGuid().ToString());
            if (call.Body is null)
            {
                // What asks nothing in a body is another request at another address alone.
                Assert.Equal(201, (await SendAsync(stage, new Call("/api/v1/customers", new { email = Given.Email() }), null, key)).Code);
                return await SendAsync(stage, call, null, key);
            }

            Assert.InRange((await SendAsync(stage, call, null, key)).Code, 200, 299);
            var other = (await scenario.Succeed(stage)) with { Path = call.Path };
            Assert.NotEqual(JsonSerializer.Serialize(call.Body), JsonSerializer.Serialize(other.Body));
            return await SendAsync(stage, other, null, key);
        }

        private async Task<Answer> CloseAsync(Stage stage, Call call)
        {
            await app.Database.QueryAsync<int>("update businesses set status = 'CLOSED' where id = @Business", new { stage.Business });
            return await SendAsync(stage, call);
        }
    }
}

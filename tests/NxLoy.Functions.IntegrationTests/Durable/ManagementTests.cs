using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>The management endpoints: paths, payloads, status codes and key of the real host.</summary>
public sealed class ManagementTests(DurableHost durable) : IClassFixture<DurableHost>
{
    private const string Root = "/runtime/webhooks/durabletask/instances";
    private readonly HttpClient http = durable.Host.CreateClient();

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/some")]
    [InlineData("DELETE", "/some")]
    [InlineData("POST", "/some/raiseEvent/Go")]
    [InlineData("POST", "/some/terminate")]
    [InlineData("POST", "/some/suspend")]
    [InlineData("POST", "/some/resume")]
    public async Task WithoutTheSystemKey_Is401_AndWithIt_AnUnknownIdIs404(string verb, string path)
    {
        using var withoutKey = await http.SendAsync(new HttpRequestMessage(new HttpMethod(verb), Root + path) { Content = JsonContent.Create(1) });
        Assert.Equal(HttpStatusCode.Unauthorized, withoutKey.StatusCode);

        if (path.Length == 0)
            return;
        using var unknown = await SendAsync(verb, path);
        Assert.Equal((HttpStatusCode.NotFound, ""), (unknown.StatusCode, await unknown.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Get_WhileItRuns_Is202WithItsPlaceAndRetryAfter()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Approval), new Order("tea", 1));

        using var answer = await SendAsync("GET", $"/{id}");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
        Assert.EndsWith($"{Root}/{id}?code={durable.Host.MasterKey}", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        var body = await BodyAsync(answer);
        Assert.Equal(
            $$"""{"name":"Approval","instanceId":"{{id}}","runtimeStatus":"Running","input":{"Sku":"tea","Quantity":1},"customStatus":{"waitingFor":"approval"},"output":null}""",
            WithoutTimes(body));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)body["createdTime"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)body["lastUpdatedTime"]);
    }

    [Fact]
    public async Task Get_OfOneThatEnded_Is200_AndShowsWhatIsAskedFor()
    {
        var id = (await durable.RunAsync(nameof(SampleOrchestrations.FanOut), 1)).InstanceId;

        using var answer = await SendAsync("GET", $"/{id}?showInput=false&showHistory=true");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await BodyAsync(answer);
        Assert.Equal((null, "Completed", 2), (body["input"], (string?)body["runtimeStatus"], (int)body["output"]!));
        Assert.Equal(
            ["OrchestratorStarted", "ExecutionStarted", "TaskScheduled", "OrchestratorStarted", "TaskCompleted", "ExecutionCompleted"],
            body["historyEvents"]!.AsArray().Select(e => (string?)e!["EventType"]));
    }

    [Fact]
    public async Task Get_OfOneThatFailed_ShowsTheExceptionsText()
    {
        var id = (await durable.RunAsync(nameof(SampleOrchestrations.Unhandled))).InstanceId;

        using var answer = await SendAsync("GET", $"/{id}");

        Assert.StartsWith("Microsoft.DurableTask.TaskFailedException: Task 'Flaky' (#0)", (string?)(await BodyAsync(answer))["output"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RaiseEvent_Is202_AndWithNoJson400_AndOnceItEnded410()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Approval));

        Assert.Equal(HttpStatusCode.BadRequest, await StatusOfAsync("POST", $"/{id}/raiseEvent/Approval", "{"));
        Assert.Equal(HttpStatusCode.Accepted, await StatusOfAsync("POST", $"/{id}/raiseEvent/Approval", "true"));
        Assert.Equal("approved", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(HttpStatusCode.Gone, await StatusOfAsync("POST", $"/{id}/raiseEvent/Approval", "true"));
    }

    [Fact]
    public async Task SuspendResumeTerminate_Are202_AndShowTheReason()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Approval));

        Assert.Equal(HttpStatusCode.Accepted, await StatusOfAsync("POST", $"/{id}/suspend?reason=audit"));
        await Eventually.TrueAsync(async () => (string?)(await FetchAsync(id))["runtimeStatus"] == "Suspended");
        Assert.Equal("audit", (string?)(await FetchAsync(id))["output"]);
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusOfAsync("POST", $"/{id}/suspend?reason=again"));
        Assert.Equal(HttpStatusCode.Accepted, await StatusOfAsync("POST", $"/{id}/resume"));
        await Eventually.TrueAsync(async () => (string?)(await FetchAsync(id))["runtimeStatus"] == "Running");
        Assert.Equal(HttpStatusCode.Accepted, await StatusOfAsync("POST", $"/{id}/terminate?reason=enough"));
        await durable.EndOfAsync(id);

        Assert.Equal(("Terminated", "enough"), ((string?)(await FetchAsync(id))["runtimeStatus"], (string?)(await FetchAsync(id))["output"]));
        foreach (var act in new[] { "terminate", "suspend", "resume" })
            Assert.Equal(HttpStatusCode.Gone, await StatusOfAsync("POST", $"/{id}/{act}"));
    }

    [Fact]
    public async Task Delete_PurgesOnce()
    {
        var id = (await durable.RunAsync(nameof(SampleOrchestrations.FanOut), 1)).InstanceId;

        using var purged = await SendAsync("DELETE", $"/{id}");

        Assert.Equal("""{"instancesDeleted":1}""", await purged.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync("DELETE", $"/{id}"));
    }

    [Fact]
    public async Task List_PagesByTheContinuationHeader()
    {
        foreach (var n in Enumerable.Range(0, 3))
            await durable.RunAsync(nameof(SampleOrchestrations.FanOut), 1, new StartOrchestrationOptions($"paged-{n}"));

        using var first = await SendAsync("GET", "?top=2&runtimeStatus=Completed&instanceIdPrefix=paged-&showInput=false&createdTimeFrom=2020-01-01T00:00:00Z&createdTimeTo=2999-01-01T00:00:00Z");
        using var next = new HttpRequestMessage(HttpMethod.Get, WithKey("?top=2&instanceIdPrefix=paged-"));
        next.Headers.Add("x-ms-continuation-token", first.Headers.GetValues("x-ms-continuation-token"));
        using var second = await http.SendAsync(next);

        Assert.Equal("paged-0 paged-1", string.Join(" ", await IdsAsync(first)));
        Assert.Equal("paged-2", Assert.Single(await IdsAsync(second)));
        Assert.False(second.Headers.Contains("x-ms-continuation-token"));
        Assert.Empty(await IdsAsync(await SendAsync("GET", "?runtimeStatus=Nonsense")));
    }

    private static string WithoutTimes(JsonNode body)
    {
        var copy = body.DeepClone().AsObject();
        copy.Remove("createdTime");
        copy.Remove("lastUpdatedTime");
        return copy.ToJsonString();
    }

    private static async Task<JsonNode> BodyAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    private static async Task<string[]> IdsAsync(HttpResponseMessage answer) => [.. (await BodyAsync(answer)).AsArray().Select(i => (string)i!["instanceId"]!)];

    private async Task<JsonNode> FetchAsync(string id)
    {
        using var answer = await SendAsync("GET", $"/{id}");
        return await BodyAsync(answer);
    }

    private async Task<HttpStatusCode> StatusOfAsync(string verb, string path, string body = "null")
    {
        using var answer = await SendAsync(verb, path, body);
        return answer.StatusCode;
    }

    private Task<HttpResponseMessage> SendAsync(string verb, string path, string body = "null") =>
        http.SendAsync(new HttpRequestMessage(new HttpMethod(verb), WithKey(path)) { Content = verb == "GET" ? null : new StringContent(body) });

    private string WithKey(string path) => $"{Root}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}code={durable.Host.MasterKey}";
}

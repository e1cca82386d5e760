using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.IntegrationTests.Embedded;

public sealed class AdminTests : IAsyncLifetime
{
    private FunctionsTestHost host = null!;
    private HttpClient client = null!;
    private readonly Runs runs = new();

    public async Task InitializeAsync()
    {
        host = await SampleApp.StartAsync<Samples>(
            builder => builder.Services.AddSingleton(runs), ("AzureWebJobs.Disabled.Disabled", "true"));
        client = host.CreateClient();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/admin/host/status")]
    [InlineData("GET", "/admin/functions")]
    [InlineData("POST", "/admin/functions/Nightly")]
    [InlineData("GET", "/admin/clock")]
    [InlineData("POST", "/admin/clock")]
    public async Task EveryCall_WithoutTheMasterKey_Is401_OnLoopbackToo(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task HostStatus_IsRunning()
    {
        var status = await GetAsync("/admin/host/status");

        Assert.Equal("Running", (string?)status["state"]);
        Assert.NotEmpty((string)status["id"]!);
        Assert.NotEmpty((string)status["version"]!);
        Assert.NotEmpty((string)status["versionDetails"]!);
        Assert.True((long)status["processUptime"]! > 0);
    }

    [Fact]
    public async Task Functions_AreListedWithTheirBindings()
    {
        var functions = (JsonArray)await GetAsync("/admin/functions");

        Assert.Equal(["Things", "Nightly", "Disabled", "Failing"], functions.Select(f => (string)f!["name"]!));
        var things = functions[0]!;
        Assert.Equal($"{host.BaseAddress}api/things/{{id:int}}", (string)things["invoke_url_template"]!);
        Assert.Equal($"{host.BaseAddress}admin/functions/Things", (string)things["href"]!);
        Assert.Equal("dotnet-isolated", (string)things["language"]!);
        Assert.False((bool)things["isDisabled"]!);
        Assert.Equal(
            """[{"name":"request","direction":"In","type":"httpTrigger","authLevel":"Anonymous","methods":["get"],"route":"things/{id:int}"},{"name":"$return","type":"http","direction":"Out"}]""",
            things["config"]!["bindings"]!.ToJsonString());
        Assert.EndsWith("Samples.Things", (string)things["config"]!["entryPoint"]!, StringComparison.Ordinal);
        Assert.Equal(
            """[{"name":"timer","direction":"In","type":"timerTrigger","schedule":"0 0 2 * * *"}]""",
            functions[1]!["config"]!["bindings"]!.ToJsonString());
        Assert.True((bool)functions[2]!["isDisabled"]!);
    }

    [Theory]
    [InlineData("Nightly", "{}", 202)]
    [InlineData("nightly", "{\"input\":\"\"}", 202)]
    [InlineData("Failing", "{}", 202)]
    [InlineData("Nothing", "{}", 404)]
    [InlineData("Nightly", "", 400)]
    [InlineData("Nightly", "[]", 400)]
    [InlineData("Things", "{}", 501)]
    public async Task InvokeFunction_Is202_404_Or400(string function, string body, int status)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"/admin/functions/{function}?code={host.MasterKey}", UriKind.Relative), content);

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        if (status == 202 && function != "Failing")
            await Eventually.TrueAsync(() => runs.Count == 1);
    }

    [Fact]
    public async Task DisabledTimer_IsNotThereToRun()
    {
        await host.AdvanceAsync(TimeSpan.FromDays(2));

        Assert.DoesNotContain("Disabled", runs);
        await Assert.ThrowsAsync<ArgumentException>(() => host.InvokeAsync("Disabled"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?x=1")]
    public async Task Root_ShowsTheLandingPage(string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("up and running", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_RethrowsWhatTheFunctionThrew()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.InvokeAsync("Failing"));

        Assert.Equal("sample", exception.Message);
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("x-functions-key", host.MasterKey);
        using var response = await client.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    internal sealed class Runs : List<string>;

    internal sealed class Samples(Runs runs)
    {
        [Function("Things")]
        public static void Things([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id:int}")] HttpRequest request, int id)
        {
        }

        [Function("Nightly")]
        public void Nightly([TimerTrigger("0 0 2 * * *")] TimerInfo timer) => runs.Add("Nightly");

        [Function("Disabled")]
        public void Disabled([TimerTrigger("0 0 3 * * *")] TimerInfo timer) => runs.Add("Disabled");

        [Function("Failing")]
        public static void Failing([TimerTrigger("0 0 4 * * *")] TimerInfo timer) => throw new InvalidOperationException("sample");
    }
}

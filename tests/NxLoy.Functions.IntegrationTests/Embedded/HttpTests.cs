using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Embedded;
using FromJson = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>The table of what the real host answers to HTTP requests.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private FunctionsTestHost host = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        host = await SampleApp.StartAsync<Samples>();
        client = host.CreateClient();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/api/hello", 200, "hello")]
    [InlineData("GET", "/API/Hello", 200, "hello")]
    [InlineData("GET", "/api/hello/", 200, "hello")]
    [InlineData("GET", "/api/nothing-here", 404, "")]
    [InlineData("GET", "/hello", 404, "")]
    [InlineData("DELETE", "/api/hello", 404, "")]
    [InlineData("OPTIONS", "/api/hello", 404, "")]
    [InlineData("HEAD", "/api/hello", 404, "")]
    [InlineData("PUT", "/api/AnyMethod", 200, "PUT")]
    [InlineData("GET", "/api/things/0198c0de-0000-7000-8000-000000000001", 200, "0198c0de-0000-7000-8000-000000000001")]
    [InlineData("GET", "/api/things/not-a-guid", 404, "")]
    [InlineData("GET", "/api/add/2/3", 200, "5")]
    [InlineData("GET", "/api/query?n=5&text=a%20b&id=0198c0de-0000-7000-8000-000000000001", 200, "5 a b 0198c0de-0000-7000-8000-000000000001 7")]
    [InlineData("GET", "/api/query", 200, "   7")]
    [InlineData("GET", "/api/query?n=x", 500, "")]
    [InlineData("GET", "/api/required", 500, "")]
    [InlineData("GET", "/api/fails", 500, "")]
    [InlineData("GET", "/api/fails-after-headers", 500, "")]
    [InlineData("GET", "/api/plain-object", 200, "")]
    [InlineData("GET", "/api/void", 200, "")]
    [InlineData("GET", "/api/action-result", 200, "{\"firstName\":\"Ann\",\"lastName\":null,\"kind\":1}")]
    [InlineData("GET", "/api/json-result", 200, "{\"firstName\":\"Ann\",\"lastName\":null,\"kind\":1}")]
    [InlineData("GET", "/api/value-task", 200, "value task")]
    [InlineData("GET", "/api/static", 200, "static")]
    [InlineData("GET", "/api/writes-itself", 202, "by hand")]
    [InlineData("GET", "/api/files/a/b/c", 200, "a/b/c")]
    public async Task Request_IsAnsweredLikeTheRealHost(string method, string path, int status, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        Assert.Empty(response.Headers.Server);
    }

    [Theory]
    [InlineData("{\"firstName\":\"Ann\"}", "application/json", 200, "Ann")]
    [InlineData("{\"firstName\":", "application/json", 500, "")]
    [InlineData("{\"kind\":\"x\"}", "application/json", 500, "")]
    [InlineData("", "application/json", 500, "")]
    [InlineData("{\"firstName\":\"Ann\"}", "text/plain", 500, "")]
    public async Task FromBody_ReadsJson_AndIs500ForWhatDoesNotFit(string json, string type, int status, string body)
    {
        using var content = new StringContent(json, Encoding.UTF8, type);
        using var response = await client.PostAsync(new Uri("/api/body", UriKind.Relative), content);

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task HttpRequest_ShowsTheOuterRequestUntouched()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/echo?a=1");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer abc");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.9");
        request.Headers.Host = "shop.example";
        using var response = await client.SendAsync(request);
        var echo = await response.Content.ReadFromJsonAsync<Echo>();

        Assert.Equal(new Echo("http", "shop.example", "/api/echo", "?a=1", "Bearer abc", "127.0.0.1"), echo);
    }

    [Fact]
    public async Task BindingData_HoldsRouteAndQueryValuesByName()
    {
        var data = await client.GetFromJsonAsync<Dictionary<string, string>>("/api/binding/left?b=right&x=1");

        Assert.Equal("left", data!["a"]);
        Assert.Equal("right", data["b"]);
        Assert.Equal("{\"b\":\"right\",\"x\":\"1\"}", data["Query"]);
        Assert.Contains("Host", data["Headers"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_DescribesTheFunction()
    {
        var context = await client.GetFromJsonAsync<string[]>("/api/context");

        Assert.Equal(["Context", "httpTrigger", "request", "True"], context![..4]);
        Assert.EndsWith("Samples.Context", context[4], StringComparison.Ordinal);
        Assert.True(Guid.TryParse(context[5], out _));
    }

    internal sealed record Person(string? FirstName, string? LastName, Kind Kind);

    internal sealed record Echo(string Scheme, string Host, string Path, string Query, string Authorization, string Client);

    internal enum Kind
    {
        None,
        Regular,
    }

#pragma warning disable CA1822 // functions are instance methods, as in an app
    internal sealed class Samples
    {
        private static readonly Person Ann = new("Ann", null, Kind.Regular);

        [Function("Hello")]
        public IResult Hello([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hello")] HttpRequest request) => Results.Text("hello");

        [Function("AnyMethod")]
        public IResult AnyMethod([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text(request.Method);

        [Function("Thing")]
        public IResult Thing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id:guid}")] HttpRequest request, Guid id) =>
            Results.Text(id.ToString());

        [Function("Add")]
        public async Task<IResult> Add([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "add/{a:int}/{b:int}")] HttpRequest request, int a, int b)
        {
            await Task.Yield();
            return Results.Text($"{a + b}");
        }

        [Function("Query")]
        public IResult Query(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "query")] HttpRequest request, int? n, string? text, Guid? id, int limit = 7) =>
            Results.Text($"{n} {text} {id} {limit}");

        [Function("Required")]
        public IResult Required([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "required")] HttpRequest request, int n) => Results.Text($"{n}");

        [Function("Fails")]
        public IResult Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fails")] HttpRequest request) =>
            throw new InvalidOperationException("sample");

        [Function("FailsAfterHeaders")]
        public IResult FailsAfterHeaders([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fails-after-headers")] HttpRequest request)
        {
            request.HttpContext.Response.Headers.ETag = "\"1\"";
            throw new InvalidOperationException("sample");
        }

        [Function("PlainObject")]
        public Person PlainObject([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain-object")] HttpRequest request) => Ann;

        [Function("Void")]
        public void Void([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "void")] HttpRequest request)
        {
        }

        [Function("ActionResult")]
        public IActionResult ActionResult([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "action-result")] HttpRequest request) =>
            new OkObjectResult(Ann);

        [Function("JsonResult")]
        public IResult JsonResult([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "json-result")] HttpRequest request) => Results.Json(Ann);

        [Function("ValueTask")]
        public ValueTask<IResult> ValueTask([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "value-task")] HttpRequest request) =>
            new(Results.Text("value task"));

        [Function("Static")]
        public static IResult Static([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "static")] HttpRequest request) => Results.Text("static");

        [Function("WritesItself")]
        public async Task WritesItself([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "writes-itself")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = 202;
            await request.HttpContext.Response.WriteAsync("by hand");
        }

        [Function("Files")]
        public IResult Files([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*path}")] HttpRequest request, string path) =>
            Results.Text(path);

        [Function("Body")]
        public IResult Body([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body")] HttpRequest request, [FromJson] Person person) =>
            Results.Text(person.FirstName ?? "");

        [Function("Echo")]
        public IResult EchoRequest([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "echo")] HttpRequest request) =>
            Results.Json(new Echo(
                request.Scheme, request.Host.Value!, request.Path, request.QueryString.Value!, request.Headers.Authorization.ToString(),
                request.HttpContext.Connection.RemoteIpAddress!.MapToIPv4().ToString()));

        [Function("Binding")]
        public IResult Binding([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "binding/{a}")] HttpRequest request, FunctionContext context) =>
            Results.Json(context.BindingContext.BindingData);

        [Function("Context")]
        public IResult Context([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context")] HttpRequest request, FunctionContext context)
        {
            var (name, binding) = context.FunctionDefinition.InputBindings.Single();
            return Results.Json(new[]
            {
                context.FunctionDefinition.Name, binding.Type, name, $"{ReferenceEquals(context.GetHttpContext(), request.HttpContext)}",
                context.FunctionDefinition.EntryPoint, context.InvocationId,
            });
        }
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.IntegrationTests.Embedded;

public sealed class KeyTests : IAsyncLifetime
{
    private FunctionsTestHost host = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        host = await SampleApp.StartAsync<Samples>(("EmbeddedRuntime:MasterKey", "sesame"));
        client = host.CreateClient();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("/api/anonymous", null, 200)]
    [InlineData("/api/function", null, 401)]
    [InlineData("/api/function", "wrong", 401)]
    [InlineData("/api/function", "sesame", 200)]
    [InlineData("/api/function?code=sesame", null, 200)]
    [InlineData("/api/function?code=sesame", "wrong", 401)]
    [InlineData("/api/admin", null, 401)]
    [InlineData("/api/admin", "sesame", 200)]
    [InlineData("/api/no-level", null, 401)]
    [InlineData("/api/no-level", "sesame", 200)]
    public async Task Key_IsAskedByEveryLevelAboveAnonymous(string path, string? key, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var response = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(status == 401 ? "Bearer" : "", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task MasterKey_IsRandom_WhenNoneIsSet()
    {
        await using var one = await SampleApp.StartAsync<Samples>();
        await using var other = await SampleApp.StartAsync<Samples>();

        Assert.Equal(64, one.MasterKey.Length);
        Assert.NotEqual(one.MasterKey, other.MasterKey);
    }

    internal sealed class Samples
    {
        [Function("Anonymous")]
        public static void Anonymous([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "anonymous")] HttpRequest request)
        {
        }

        [Function("WithFunctionKey")]
        public static void WithFunctionKey([HttpTrigger(AuthorizationLevel.Function, "get", Route = "function")] HttpRequest request)
        {
        }

        [Function("WithAdminKey")]
        public static void WithAdminKey([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "admin")] HttpRequest request)
        {
        }

        // AuthLevel reads Anonymous here, but the host asks for a key all the same.
        [Function("WithoutLevel")]
        public static void WithoutLevel([HttpTrigger("get", Route = "no-level")] HttpRequest request)
        {
        }
    }
}

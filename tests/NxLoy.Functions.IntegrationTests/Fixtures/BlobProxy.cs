using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Stands between an app and its blob storage, and lets a test say what becomes of a request.</summary>
internal sealed partial class BlobProxy : IAsyncDisposable
{
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase) { "Transfer-Encoding", "Connection", "Host", "Keep-Alive" };

    private readonly WebApplication server;
    private readonly HttpClient storage = new() { Timeout = TimeSpan.FromMinutes(5) };
    private readonly Uri target = new(BlobEndpoint().Match(TestBlobs.ConnectionString).Groups[1].Value);

    private BlobProxy(WebApplication server) => this.server = server;

    /// <summary>What the app is given in place of the storage's own.</summary>
    public string ConnectionString => BlobEndpoint().Replace(TestBlobs.ConnectionString, $"BlobEndpoint={server.Urls.First()}{target.AbsolutePath}");

    /// <summary>Asked before a request is passed on: false breaks the connection off, and it may itself answer or wait.</summary>
    public Func<HttpContext, Task<bool>> Pass { get; set; } = _ => Task.FromResult(true);

    public static async Task<BlobProxy> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var proxy = new BlobProxy(builder.Build());
        proxy.server.Run(proxy.ServeAsync);
        await proxy.server.StartAsync();
        return proxy;
    }

    /// <summary>The storage does not answer.</summary>
    public static Task<bool> Gone(HttpContext request) => Task.FromResult(false);

    /// <summary>The storage's disk is full: it takes nothing more.</summary>
    public static Task<bool> Full(HttpContext request)
    {
        if (request.Request.Method == "PUT" && !request.Request.Query.ContainsKey("restype"))
        {
            request.Response.StatusCode = 507;
        }

        return Task.FromResult(true);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        storage.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!await Pass(context))
        {
            context.Abort();
            return;
        }

        if (context.Response.StatusCode != 200)
        {
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"http://{target.Authority}{context.Request.Path.ToUriComponent()}{context.Request.QueryString}"));
        if (context.Request.ContentLength is { } length)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.ContentLength = length;
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (!NotPassedOn.Contains(name) && name != "Content-Length" && !request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        using var answer = await storage.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!NotPassedOn.Contains(name))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (context.Request.Method != "HEAD" && answer.StatusCode is not (System.Net.HttpStatusCode.NoContent or System.Net.HttpStatusCode.NotModified))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    [GeneratedRegex("BlobEndpoint=([^;]+)")]
    private static partial Regex BlobEndpoint();
}

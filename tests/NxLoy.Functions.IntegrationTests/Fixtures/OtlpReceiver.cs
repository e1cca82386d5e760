using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Takes in what an app exports by OTLP over HTTP, as a collector would, and keeps the bytes.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> received = new();

    private OtlpReceiver(WebApplication server) => this.server = server;

    /// <summary>Settings that make an app export to this receiver, soon.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = server.Urls.First(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BSP_MAX_QUEUE_SIZE"] = "200000", // the spans of tests that run beside come here, too
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(server);
        server.MapPost("/v1/{signal}", receiver.TakeInAsync);
        await server.StartAsync();
        return receiver;
    }

    /// <summary>Whether a text stands in anything that was received: protobuf writes texts as they are, in UTF-8.</summary>
    public bool Holds(string text) => Holds(Encoding.UTF8.GetBytes(text));

    public bool Holds(byte[] bytes) => received.Any(one => one.Body.AsSpan().IndexOf(bytes) >= 0);

    /// <summary>The same within one message, so that two texts are known to stand together.</summary>
    public bool HoldsTogether(string signal, params string[] texts) =>
        received.Any(one => one.Path == $"/v1/{signal}" && texts.All(text => one.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TakeInAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        received.Enqueue((http.Request.Path, body.ToArray()));
        http.Response.ContentType = "application/x-protobuf"; // an empty message: everything was accepted
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>The management endpoints of Durable Functions. Every call shows the system key, which here is the master key.</summary>
internal static class DurableEndpoints
{
    private const string Root = "/runtime/webhooks/durabletask/instances";
    private const string ContinuationToken = "x-ms-continuation-token";
    private static readonly JsonSerializerOptions History = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapDurable(this WebApplication app)
    {
        if (app.Services.GetService<DurableClient>() is not { } client)
            return;
        var key = app.Services.GetRequiredService<RuntimeOptions>().MasterKey;
        RequestDelegate WithKey(RequestDelegate endpoint) => MasterKey.Asked(key, endpoint);

        app.MapGet(Root, WithKey(http => ListAsync(http, client)));
        app.MapGet(Root + "/{id}", WithKey(http => GetAsync(http, client)));
        app.MapDelete(Root + "/{id}", WithKey(http => PurgeAsync(http, client)));
        app.MapPost(Root + "/{id}/raiseEvent/{name}", WithKey(async http =>
            await SteerAsync(http, await TryReadAsync(http) is { } payload
                ? () => client.RaiseEventAsync(Id(http), (string)http.GetRouteValue("name")!, payload.Value, http.RequestAborted) : null)));
        app.MapPost(Root + "/{id}/terminate", WithKey(http => SteerAsync(http, () => client.TerminateInstanceAsync(Id(http), (object?)Reason(http), http.RequestAborted))));
        app.MapPost(Root + "/{id}/suspend", WithKey(http => SteerAsync(http, () => client.SuspendInstanceAsync(Id(http), Reason(http), http.RequestAborted))));
        app.MapPost(Root + "/{id}/resume", WithKey(http => SteerAsync(http, () => client.ResumeInstanceAsync(Id(http), Reason(http), http.RequestAborted))));
    }

    private static async Task GetAsync(HttpContext http, DurableClient client)
    {
        if (await client.GetInstanceAsync(Id(http), getInputsAndOutputs: true, http.RequestAborted) is not { } instance)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!instance.IsCompleted)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = $"{http.Request.Scheme}://{http.Request.Host}{http.Request.Path}{http.Request.QueryString}";
            http.Response.Headers.RetryAfter = "5";
        }

        var body = Body(instance, IsAsked(http, "showInput", unlessSaid: true));
        if (IsAsked(http, "showHistory", unlessSaid: false))
            body["historyEvents"] = new JsonArray([.. (await http.RequestServices.GetRequiredService<InstanceStore>().HistoryAsync(instance.InstanceId, http.RequestAborted)).Select(e => JsonNode.Parse(e))]);
        await WriteAsync(http, body);
    }

    private static async Task ListAsync(HttpContext http, DurableClient client)
    {
        var query = new OrchestrationQuery(
            Time(http, "createdTimeFrom"), Time(http, "createdTimeTo"),
            [.. http.Request.Query["runtimeStatus"].SelectMany(names => names!.Split(',')).Select(name => Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status) ? status : (OrchestrationRuntimeStatus)(-1))],
            PageSize: int.TryParse(http.Request.Query["top"], CultureInfo.InvariantCulture, out var top) && top > 0 ? top : OrchestrationQuery.DefaultPageSize,
            FetchInputsAndOutputs: true,
            InstanceIdPrefix: http.Request.Query["instanceIdPrefix"]);
        var token = http.Request.Headers[ContinuationToken].ToString() is { Length: > 0 } sent ? Encoding.UTF8.GetString(Convert.FromBase64String(sent)) : null;
        await foreach (var page in client.GetAllInstancesAsync(query).AsPages(token).WithCancellation(http.RequestAborted))
        {
            if (page.ContinuationToken is { } next)
                http.Response.Headers[ContinuationToken] = Convert.ToBase64String(Encoding.UTF8.GetBytes(next));
            await WriteAsync(http, new JsonArray([.. page.Values.Select(instance => Body(instance, IsAsked(http, "showInput", unlessSaid: true)))]));
            return;
        }
    }

    private static async Task PurgeAsync(HttpContext http, DurableClient client)
    {
        var purged = await client.PurgeInstanceAsync(Id(http), http.RequestAborted);
        if (purged.PurgedInstanceCount == 0)
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else
            await WriteAsync(http, new JsonObject { ["instancesDeleted"] = purged.PurgedInstanceCount });
    }

    private static async Task SteerAsync(HttpContext http, Func<Task>? act)
    {
        try
        {
            if (act is not null)
                await act();
            http.Response.StatusCode = act is null ? StatusCodes.Status400BadRequest : StatusCodes.Status202Accepted;
        }
        catch (RpcException refused)
        {
            // What an ended instance is asked is gone; a suspended one cannot be suspended.
            http.Response.StatusCode = refused.StatusCode switch
            {
                StatusCode.NotFound => StatusCodes.Status404NotFound,
                StatusCode.Unknown when await IsOpenAsync(http) => StatusCodes.Status500InternalServerError,
                _ => StatusCodes.Status410Gone,
            };
        }
    }

    private static async Task<bool> IsOpenAsync(HttpContext http) =>
        await http.RequestServices.GetRequiredService<InstanceStore>().FindAsync(Id(http), http.RequestAborted) is { IsOpen: true };

    private static JsonObject Body(OrchestrationMetadata instance, bool showInput) => new()
    {
        ["name"] = instance.Name,
        ["instanceId"] = instance.InstanceId,
        ["runtimeStatus"] = instance.RuntimeStatus.ToString(),
        ["input"] = showInput ? Json(instance.SerializedInput) : null,
        ["customStatus"] = Json(instance.SerializedCustomStatus),
        ["output"] = Json(instance.SerializedOutput),
        ["createdTime"] = ToTheSecond(instance.CreatedAt),
        ["lastUpdatedTime"] = ToTheSecond(instance.LastUpdatedAt),
    };

    private static string ToTheSecond(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // What an app wrote is JSON; what an exception left is text.
    private static JsonNode? Json(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static async Task<(object? Value, bool IsRead)?> TryReadAsync(HttpContext http)
    {
        try
        {
            return (await JsonSerializer.DeserializeAsync<JsonNode>(http.Request.Body, cancellationToken: http.RequestAborted), true);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task WriteAsync(HttpContext http, JsonNode body)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(body.ToJsonString(History), http.RequestAborted);
    }

    private static string Id(HttpContext http) => (string)http.GetRouteValue("id")!;

    private static string? Reason(HttpContext http) => http.Request.Query["reason"];

    private static bool IsAsked(HttpContext http, string name, bool unlessSaid) => bool.TryParse(http.Request.Query[name], out var said) ? said : unlessSaid;

    private static DateTimeOffset? Time(HttpContext http, string name) =>
        DateTimeOffset.TryParse(http.Request.Query[name], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

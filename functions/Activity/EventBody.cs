using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>The body of POST /events: the content type says whether it is one event or a batch.</summary>
internal static class EventBody
{
    public const string One = "application/cloudevents+json";
    public const string Batch = "application/cloudevents-batch+json";

    /// <summary>Bytes: 1,000 events with a receipt of a hundred lines each.</summary>
    public const int Limit = 8 * 1024 * 1024;

    public static async Task<Result<IReadOnlyList<JsonElement>>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = await request.ReadDocumentAsync(Limit, [One, Batch], cancellation);
        if (body.Failed(out var problem))
        {
            return problem;
        }

        var isBatch = Body.IsOf(request.ContentType, [Batch]);
        return body.Value.ValueKind != (isBatch ? JsonValueKind.Array : JsonValueKind.Object) ? ActivityProblems.NotAnEvent
            : isBatch ? body.Value.EnumerateArray().ToArray()
            : new[] { body.Value };
    }

    /// <summary>The schema of each content type, for the API's description.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Schemas() => new Dictionary<string, JsonObject>
    {
        [One] = EventSchema.OfEvent(),
        [Batch] = new() { ["type"] = "array", ["maxItems"] = TakeInEvents.MaxEvents, ["items"] = EventSchema.OfEvent() },
    };
}

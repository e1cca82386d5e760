using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>Reads a JSON body the way MVC's binder does for the official package, with MVC's serializer options.</summary>
internal static class RequestBody
{
    public static async ValueTask<object?> ReadAsync(HttpContext http, Type type)
    {
        if (!http.Request.HasJsonContentType())
            throw new InvalidOperationException($"The request body is {http.Request.ContentType ?? "of no type"}, not JSON.");
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        return await JsonSerializer.DeserializeAsync(http.Request.Body, type, options, http.RequestAborted);
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>What a request offers by name. A route value goes before a query value of the same name.</summary>
internal sealed class BindingValues(HttpContext? http) : BindingContext
{
    private IReadOnlyDictionary<string, object?>? data;

    public override IReadOnlyDictionary<string, object?> BindingData => data ??= Read();

    public static string? Find(HttpContext http, string name) =>
        http.GetRouteValue(name)?.ToString() ?? (http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null);

    private Dictionary<string, object?> Read()
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (http is null)
            return values;
        foreach (var (name, value) in http.Request.Query)
            values[name] = value.ToString();
        foreach (var (name, value) in http.Request.RouteValues)
            values[name] = value?.ToString();
        values["Query"] = JsonSerializer.Serialize(http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()));
        values["Headers"] = JsonSerializer.Serialize(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()));
        return values;
    }
}

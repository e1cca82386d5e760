using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>The key a caller shows in the <c>x-functions-key</c> header or, without that, the <c>code</c> query value.</summary>
internal static class MasterKey
{
    /// <summary>The endpoint for those who show the key, 401 for others.</summary>
    public static RequestDelegate Asked(string masterKey, RequestDelegate endpoint) => http =>
    {
        if (IsShown(http.Request, masterKey))
            return endpoint(http);
        Demand(http.Response);
        return Task.CompletedTask;
    };

    public static bool IsShown(HttpRequest request, string masterKey)
    {
        string? shown = request.Headers.TryGetValue("x-functions-key", out var header) ? header[0]
            : request.Query.TryGetValue("code", out var code) ? code[0] : null;
        return shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(masterKey));
    }

    public static void Demand(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.Headers.WWWAuthenticate = "Bearer";
    }
}

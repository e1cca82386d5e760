using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>What a browser sees at the host's root, as on the real host: that it is up, nothing more.</summary>
internal static class LandingPage
{
    public static Task Show(HttpContext http)
    {
        var name = WebUtility.HtmlEncode(http.RequestServices.GetRequiredService<IHostEnvironment>().ApplicationName);
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>{name}</title></head>
            <body style="font-family: sans-serif; margin: 4rem"><h1>{name} is up and running</h1><p>An Azure Functions app on the embedded runtime.</p></body>
            </html>
            """);
    }
}

using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace NxLoy.Functions.Http;

/// <summary>A path as the client encoded it.</summary>
public static class RawPath
{
    /// <summary>
    /// The path's last segment, decoded once. A route value will not do: servers leave %2F in it as it is, so that
    /// "a/b" and "a%2Fb" look the same there. Bytes that are no UTF-8 become U+FFFD, and do not stay as they were written.
    /// </summary>
    /// <param name="routeValue">Taken where the server does not tell what it was sent.</param>
    public static string LastSegment(this HttpRequest request, string routeValue)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target))
        {
            return routeValue;
        }

        var path = target.Split('?', 2)[0].TrimEnd('/');
        var segment = Encoding.UTF8.GetBytes(path[(path.LastIndexOf('/') + 1)..].Replace("+", "%2B", StringComparison.Ordinal));
        return Encoding.UTF8.GetString(WebUtility.UrlDecodeToBytes(segment, 0, segment.Length)!);
    }
}

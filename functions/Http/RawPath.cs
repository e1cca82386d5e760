using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace NxLoy.Functions.Http;

/// <summary>A path as the client encoded it.</summary>
public static class RawPath
{
    /// <summary>
    /// The path's last segment, decoded once. A route value will not do: servers leave %2F in it as it is, so that
    /// "a/b" and "a%2Fb" look the same there.
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
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}

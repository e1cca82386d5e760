using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Http;

/// <summary>The precondition of a change (RFC 9110, 13.1.1): the ETags that the client has read, or any.</summary>
public sealed record IfMatch(IReadOnlyList<string> Tags)
{
    public bool Accepts(long version) => Tags.Contains("*") || Tags.Contains(Answers.ETag(version));
}

public static class Preconditions
{
    /// <summary>The request's If-Match; a change without one is refused (428), so that nobody overwrites unread changes.</summary>
    public static Task<Result<IfMatch>> IfMatch(this HttpRequest request)
    {
        IReadOnlyList<string> tags = [.. request.Headers.IfMatch
            .SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        return Task.FromResult<Result<IfMatch>>(tags.Count == 0 ? HttpProblems.IfMatchMissing : new IfMatch(tags));
    }
}

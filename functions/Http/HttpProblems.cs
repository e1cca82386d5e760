namespace NxLoy.Functions.Http;

internal static class HttpProblems
{
    public static Problem NotFound { get; } = new(404, "not_found", "There is nothing here.");

    public static Problem MalformedJson { get; } = new(400, "malformed_json", "The body is not one JSON document.");

    public static Problem BodyMissing { get; } = new(400, "body_missing", "This needs a JSON body.");

    public static Problem BodyTooLarge { get; } = new(413, "body_too_large", "The body is larger than this accepts.");

    public static Problem WrongContentType { get; } = new(415, "unsupported_media_type", "The body is of no content type that this accepts.");

    public static Problem PackedBody { get; } = new(415, "unsupported_content_encoding", "The body is compressed. Send it as it is, without Content-Encoding.");

    public static Problem IfMatchMissing { get; } = new(428, "if_match_missing", "This needs the header If-Match with the ETag that was read, or *.");

    public static Problem Stale { get; } = new(412, "stale_version", "Someone has changed this since it was read. Read it again.");

    public static Problem TooManyRequests { get; } = new(429, "too_many_requests", "This caller asks more often than is allowed. Wait as long as Retry-After says.");

    public static Problem Internal { get; } = new(500, "internal_error", "Something went wrong here. It has been logged.");

    public static Problem Unavailable { get; } = new(503, "database_unavailable", "The database cannot be reached at the moment.") { RetryAfterSeconds = 5 };

    public static Problem StorageUnavailable { get; } = new(503, "storage_unavailable", "The blob storage cannot be reached at the moment.") { RetryAfterSeconds = 5 };

    public static Problem InvalidCursor(string pointer) =>
        new(400, "invalid_cursor", "The cursor does not belong to this list, query and caller. Begin again without one.")
        {
            Errors = [new(pointer, "invalid_cursor", "Send the nextCursor of the page before, with the same filters and sort.")],
        };

    public static Problem MethodNotAllowed { get; } = new(405, "method_not_allowed", "This resource does not take that method.");
}

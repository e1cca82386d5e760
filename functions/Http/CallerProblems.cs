namespace NxLoy.Functions.Http;

internal static class CallerProblems
{
    public static Problem NoToken { get; } =
        new(401, "token_missing", "This needs a token: Authorization: Bearer <JWT>.");

    public static Problem BadToken { get; } =
        new(401, "token_invalid", "The token is not valid here.");

    public static Problem AuthorityUnavailable { get; } =
        new(503, "authority_unavailable", "The authority that signs the tokens cannot be reached at the moment.") { RetryAfterSeconds = 5 };

    public static Problem WrongRole { get; } =
        new(403, "role_missing", "The token's roles do not allow this.");

    public static Problem BusinessNotChosen { get; } =
        new(400, "business_not_chosen", "The token names several businesses: choose one with the header X-Business-Id.")
        {
            Errors = [new(Caller.BusinessHeader, "required", "The id of one of the token's businesses.")],
        };
}

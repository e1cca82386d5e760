using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Http;

/// <summary>
/// Reads JWTs of the OpenID Connect authority in the settings and, in development only, of the key that ./run makes.
/// Lifetimes are judged by machine time, which nobody can move.
/// </summary>
public sealed class Tokens(Authority? authority, DevelopmentKey? developmentKey)
{
    private const int SubjectLength = 255;

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    private readonly KnownTokens<Said> known = new();

    /// <summary>Subject, roles and businesses of a bearer token, or why it is refused.</summary>
    public async Task<Result<(string Subject, Role Roles, IReadOnlyList<Guid> Businesses)>> ReadAsync(string? authorization, CancellationToken cancellation)
    {
        const string Scheme = "Bearer ";
        if (string.IsNullOrEmpty(authorization) || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return CallerProblems.NoToken;
        }

        var token = authorization[Scheme.Length..].Trim();
        var said = known.Find(token) is { } before ? before : await CheckAsync(token, cancellation);
        return said.Failed(out var refused) ? refused : (said.Value.Subject, said.Value.Roles, said.Value.Businesses);
    }

    private async Task<Result<Said>> CheckAsync(string token, CancellationToken cancellation)
    {
        if (!handler.CanReadToken(token))
        {
            return CallerProblems.BadToken;
        }

        var rules = await RulesAsync(token, cancellation);
        if (rules.Failed(out var refused))
        {
            return refused;
        }

        var validation = await handler.ValidateTokenAsync(token, rules.Value);
        if (validation is not { IsValid: true, SecurityToken: JsonWebToken valid } || !IsSubject(valid.Subject) || IsFromTheFuture(valid, rules.Value))
        {
            return CallerProblems.BadToken;
        }

        var said = Read(valid);
        if (said.Problem is null)
        {
            known.Add(token, said.Value, valid, rules.Value);
        }

        return said;
    }

    // 255 characters are the most that OpenID Connect allows; the subject stands in audit rows, which cannot hold NUL.
    private static bool IsSubject(string? subject) =>
        subject is { Length: > 0 and <= SubjectLength } && !subject.Contains('\0', StringComparison.Ordinal);

    // The library looks at nbf and exp only.
    private static bool IsFromTheFuture(JsonWebToken token, TokenValidationParameters rules) =>
        token.IssuedAt > TimeProvider.System.GetUtcNow().UtcDateTime + rules.ClockSkew;

    private async Task<Result<TokenValidationParameters>> RulesAsync(string token, CancellationToken cancellation)
    {
        JsonWebToken unproven;
        try
        {
            unproven = handler.ReadJsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException)
        {
            return CallerProblems.BadToken;
        }

        return unproven.Issuer == DevelopmentKey.Issuer
            ? developmentKey is not null ? developmentKey.Rules : CallerProblems.BadToken
            : authority is not null ? await authority.RulesAsync(unproven.Kid ?? "", cancellation) : CallerProblems.BadToken;
    }

    private static Result<Said> Read(JsonWebToken token)
    {
        var roles = Claims(token, "roles").Aggregate(Role.None, (all, name) => all | RoleOf(name));
        IReadOnlyList<Guid> businesses =
            [.. Claims(token, "businesses").Select(id => Guid.TryParse(id, out var guid) ? guid : Guid.Empty).Where(id => id != Guid.Empty).Distinct()];
        return businesses.Count == 0 ? CallerProblems.BadToken : new Said(token.Subject, roles, businesses);
    }

    private static IEnumerable<string> Claims(JsonWebToken token, string type) =>
        token.Claims.Where(claim => claim.Type == type && claim.ValueType != ClaimValueTypes.Integer64).Select(claim => claim.Value);

    private static Role RoleOf(string name) => name switch
    {
        "staff" => Role.Staff,
        "owner" => Role.Owner,
        "compliance" => Role.Compliance,
        "service" => Role.Service,
        "customer" => Role.Customer,
        _ => Role.None,
    };

    private sealed record Said(string Subject, Role Roles, IReadOnlyList<Guid> Businesses);
}

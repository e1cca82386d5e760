using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Http;

/// <summary>
/// Reads JWTs. The development key's public half (Authentication:DevelopmentKey, a JWK) signs locally and is refused
/// in every other environment. Lifetimes are judged by machine time, which nobody can move.
/// </summary>
public sealed class Tokens
{
    public const string DevelopmentIssuer = "https://development.nxloy.invalid";
    public const string Audience = "nxloy-functions";

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters rules;

    public Tokens(IConfiguration configuration, IHostEnvironment environment)
    {
        var key = configuration["Authentication:DevelopmentKey"];
        if (key is not null && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                "Authentication:DevelopmentKey is for development only; remove it or set AZURE_FUNCTIONS_ENVIRONMENT to Development.");
        }

        rules = new TokenValidationParameters
        {
            ValidIssuer = DevelopmentIssuer,
            ValidAudience = Audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = key is null ? [] : [JsonWebKey.Create(key)],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>Subject, roles and businesses of a bearer token, or why it is refused.</summary>
    public async Task<Result<(string Subject, Role Roles, IReadOnlyList<Guid> Businesses)>> ReadAsync(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (string.IsNullOrEmpty(authorization) || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return CallerProblems.NoToken;
        }

        var checkedToken = await handler.ValidateTokenAsync(authorization[Scheme.Length..].Trim(), rules);
        if (!checkedToken.IsValid || checkedToken.SecurityToken is not JsonWebToken { Subject.Length: > 0 } token)
        {
            return CallerProblems.BadToken;
        }

        var roles = Claims(token, "roles").Aggregate(Role.None, (all, name) => all | RoleOf(name));
        IReadOnlyList<Guid> businesses = [.. Claims(token, "businesses").Select(id => Guid.TryParse(id, out var guid) ? guid : Guid.Empty).Where(id => id != Guid.Empty).Distinct()];
        return businesses.Count == 0 ? CallerProblems.BadToken : (token.Subject, roles, businesses);
    }

    private static IEnumerable<string> Claims(JsonWebToken token, string type) =>
        token.Claims.Where(claim => claim.Type == type).Select(claim => claim.Value);

    private static Role RoleOf(string name) => name switch
    {
        "staff" => Role.Staff,
        "owner" => Role.Owner,
        "compliance" => Role.Compliance,
        "service" => Role.Service,
        "customer" => Role.Customer,
        _ => Role.None,
    };
}

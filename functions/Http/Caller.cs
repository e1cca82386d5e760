using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Http;

/// <summary>Who asks: taken from the token and, where it names several businesses, the header X-Business-Id.</summary>
/// <param name="Subject">The token's sub. For a customer it is the customer's id at the business.</param>
/// <param name="Roles">Every role the token gives.</param>
/// <param name="Business">The business this request is about.</param>
/// <param name="Businesses">Every business the token names.</param>
public sealed record Caller(string Subject, Role Roles, Guid Business, IReadOnlyList<Guid> Businesses)
{
    public const string BusinessHeader = "X-Business-Id";

    /// <summary>The customers that this request shows or changes, for the audit log.</summary>
    public AuditTrail Trail { get; init; } = AuditTrail.None;

    /// <summary>The caller of a request that the middleware has let through.</summary>
    public static Caller Of(HttpRequest request) =>
        request.HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException("This function asks for no token, so it has no caller.");

    public bool Is(Role role) => (Roles & role) != 0;

    /// <summary>Compliance also sees customers that are deleted but not erased.</summary>
    public bool SeesDeleted => Is(Role.Compliance);

    /// <summary>Nothing but a customer: who of the staff did something, and what they wrote to it, is not for it.</summary>
    public bool IsCustomer => Roles == Role.Customer;

    /// <summary>A caller that is nothing but a customer sees its own id and no other.</summary>
    public bool Sees(Guid customer) => !IsCustomer || (Guid.TryParse(Subject, out var own) && own == customer);
}

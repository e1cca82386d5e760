using System.Globalization;
using System.Text.Json;

namespace NxLoy.Functions.Observability;

/// <summary>One access to personal data. It holds none itself.</summary>
/// <param name="OccurredAt">Business time, to the microsecond.</param>
/// <param name="Caller">The token's subject, or the name of a job.</param>
/// <param name="Roles">The roles that let the caller in.</param>
/// <param name="Action">The function, e.g. GetCustomer.</param>
/// <param name="Route">The route's template: what was searched for may be personal data, the template never is.</param>
/// <param name="Customers">Every customer shown or changed.</param>
/// <param name="CorrelationId">The W3C trace id of the request, 32 hex digits.</param>
public sealed record AuditEntry(
    DateTimeOffset OccurredAt, Guid BusinessId, string Caller, string Roles, string Action, string Route, IReadOnlyList<Guid> Customers, string CorrelationId)
{
    /// <summary>The entry's place in a chain and everything in it, as bytes that no two different entries share.</summary>
    internal byte[] Canonical(Guid writer, long sequence) => JsonSerializer.SerializeToUtf8Bytes<object[]>(
    [
        writer, sequence, OccurredAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), BusinessId, Caller, Roles, Action, Route, Customers, CorrelationId,
    ]);
}

namespace NxLoy.Functions.Http;

/// <summary>An answer that shows something of customers: the audit log says of which. Implemented explicitly, so that JSON does not show it.</summary>
internal interface IAboutCustomers
{
    /// <summary>Null for a refusal, which shows nobody.</summary>
    IEnumerable<Guid>? Customers { get; }
}

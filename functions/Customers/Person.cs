using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>One person's rows in the businesses that the caller's token names. Only compliance ever sees this.</summary>
public sealed record Person
{
    public required Guid Id { get; init; }

    /// <summary>At most one a business, ordered by business.</summary>
    public required IReadOnlyList<PersonCustomer> Customers { get; init; }
}

/// <summary>Who a person is at one business.</summary>
public sealed record PersonCustomer(Guid BusinessId, Guid CustomerId);

/// <summary>The body of PUT .../person: the customer of another of the token's businesses who is the same person.</summary>
public sealed record SamePersonAs(Guid BusinessId, Guid CustomerId)
{
    public static Result<SamePersonAs> From(Fields fields)
    {
        var read = new SamePersonAs(fields.Id("businessId") ?? Guid.Empty, fields.Id("customerId") ?? Guid.Empty);
        fields.Require("businessId", "customerId");
        return fields.Finish(() => read);
    }
}

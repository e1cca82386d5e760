namespace NxLoy.Functions.Customers;

/// <summary>How well a customer fits a search; shown best first, each customer in the first class it fits.</summary>
internal enum SearchClass
{
    /// <summary>The term is the email, phone, external id or name (first name first, or last name first).</summary>
    Exact = 1,

    /// <summary>The name begins with it.</summary>
    Name,

    /// <summary>The name, written last name first, begins with it.</summary>
    LastName,

    /// <summary>The email begins with it: for terms too short to be looked for within texts.</summary>
    Email,

    /// <summary>The external id begins with it: for terms too short to be looked for within texts.</summary>
    ExternalId,

    /// <summary>The phone, from its country code on, begins with it: for terms too short to be looked for within texts.</summary>
    Phone,

    /// <summary>It stands anywhere in name, email, phone or external id.</summary>
    Substring,
}

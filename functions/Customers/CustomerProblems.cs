namespace NxLoy.Functions.Customers;

internal static class CustomerProblems
{
    public static Problem NotFound { get; } = new(404, "not_found", "There is nothing here.");

    public static Problem BusinessClosed { get; } = new(409, "business_closed", "The business is closed and can only be read.");

    public static Problem TierNeedsOwner { get; } = new(403, "role_missing", "The token's roles do not allow this.")
    {
        Detail = "Only an owner gives a tier when creating a customer.",
    };

    public static Problem DeletedNeedsCompliance { get; } = new(403, "role_missing", "The token's roles do not allow this.")
    {
        Detail = "Only compliance sees deleted customers.",
    };

    public static Problem ChangedMeanwhile { get; } =
        new(409, "changed_meanwhile", "Another request changed this at the same moment. Send the request again.");

    public static Problem NotDeleted { get; } = new(409, "customer_not_deleted", "This customer is not deleted.");

    public static Problem ExternalIdNotYours { get; } =
        Problem.Invalid(new Fault("/externalId", "read_only", "Only the business changes its own number for a customer."));

    public static Problem Exists(Guid id, string field) => new(409, "customer_exists", "This business has that customer already.")
    {
        ExistingId = id,
        Errors = [new($"/{field}", "not_unique", "Another customer of this business has this value.")],
    };
}

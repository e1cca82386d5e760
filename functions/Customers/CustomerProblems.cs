namespace NxLoy.Functions.Customers;

public static class CustomerProblems
{
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

    /// <summary>Nobody is left whom this row was about.</summary>
    public static Problem Erased { get; } = new(409, "customer_erased", "This customer has been erased; nothing is left to do this with.");

    public static Problem ErasureOpen(Guid erasure) =>
        new(409, "erasure_open", "An erasure of this customer is open: rejecting or cancelling it restores the customer.") { ExistingId = erasure };

    public static Problem OtherIsUnknown { get; } = Problem.Invalid(
        new Fault("/customerId", "unknown_customer", "None of the token's businesses has this customer under this businessId."));

    public static Problem SameBusiness { get; } = Problem.Invalid(
        new Fault("/businessId", "same_business", "A person is one customer of a business: these two are duplicates, not a tie."));

    public static Problem DifferentPeople { get; } =
        new(409, "different_people", "Both customers are tied already, to different people. Untie one of them first.");

    public static Problem PersonIsCustomerAlready { get; } =
        new(409, "person_is_customer", "This person is another customer of that business already.");

    public static Problem Exists(Guid id, string field) => new(409, "customer_exists", "This business has that customer already.")
    {
        ExistingId = id,
        Errors = [new($"/{field}", "not_unique", "Another customer of this business has this value.")],
    };
}

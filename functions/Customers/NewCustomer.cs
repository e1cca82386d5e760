using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>The body of POST: a profile, and what can only be said once.</summary>
/// <param name="LoyaltyTier">An owner may start a customer above BRONZE; that is an override with cause initial.</param>
/// <param name="ReferredBy">The referral code or the id of the customer who brought this one.</param>
public sealed record NewCustomer(CustomerFields Fields, LoyaltyTier? LoyaltyTier, string? ReferredBy)
{
    public static Draft<NewCustomer> From(Fields fields) => fields.Draft(
        new NewCustomer(CustomerFields.Read(fields), fields.Choice<LoyaltyTier>("loyaltyTier"), fields.Text("referredBy", 64)));
}

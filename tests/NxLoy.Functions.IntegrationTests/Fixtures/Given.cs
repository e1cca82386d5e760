namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Test data made the way users make it: through the API.</summary>
public static class Given
{
    private static int counter;

    public static string Email() => $"customer-{Interlocked.Increment(ref counter)}-{Guid.NewGuid():N}@example.com";

    /// <summary>A new customer of the app's first business.</summary>
    public static async Task<Answer> CustomerAsync(
        this TestApp app, string? email = null, string? firstName = null, string? lastName = null, string? phone = null,
        string? externalId = null, string? referredBy = null, Guid? business = null) =>
        (await app.AsOf(business ?? app.Business, "owner").PostAsync(
            "/api/v1/customers", new { email = email ?? Email(), firstName, lastName, phone, externalId, referredBy })).Expect(201);
}

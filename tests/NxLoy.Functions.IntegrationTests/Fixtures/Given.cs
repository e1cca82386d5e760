using NxLoy.Functions.IntegrationTests.Embedded;

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

    /// <summary>Leaves a deleted customer as it was left before a deletion asked for an erasure: with no request.</summary>
    public static Task ForgetErasureAsync(this TestApp app, Guid customer) =>
        app.Database.QueryAsync<int>("delete from erasure_requests where customer_id = @customer", new { customer });

    /// <summary>A deleted customer's erasure, waiting for approval.</summary>
    public static async Task<Answer> ErasureAsync(this TestApp app, Guid customer, Guid? business = null, string role = "owner", object? body = null) =>
        (await app.AsOf(business ?? app.Business, role, role == "customer" ? customer.ToString() : null).DeleteAsync($"/api/v1/customers/{customer}", body)).Expect(202);

    /// <summary>Takes a customer's erasure to its end now: its cooling-off days are waived in the row.</summary>
    public static async Task<Guid> EraseAsync(this TestApp app, Guid customer, Guid? business = null)
    {
        var id = (await app.ErasureAsync(customer, business)).Id;
        await app.EndErasureAsync(id);
        return id;
    }

    /// <summary>The same of an erasure that is open.</summary>
    public static async Task EndErasureAsync(this TestApp app, Guid id)
    {
        await app.Database.QueryAsync<int>(
            "update erasure_requests set status = 'APPROVED', approved_by = 'test', approved_at = requested_at, erase_at = requested_at where id = @id", new { id });
        await app.Host.InvokeAsync("EveryDaySweepErasures");
        await Eventually.TrueAsync(async () =>
            (await app.Database.QueryAsync<string>("select status from erasure_requests where id = @id", new { id })) is ["COMPLETED"]);

        // Its orchestration has a last step to go; one that is told to look again now might not hear it.
        await Eventually.TrueAsync(async () =>
            (await app.Database.QueryAsync<bool>("select not exists (select from functions_host.durable_instances where id = @id and status in ('Pending', 'Running'))", new { id = $"{id}" }))[0]);
    }

    /// <summary>Thresholds on a year's spending, as they are sent.</summary>
    public static object Tiers(decimal silver = 100, decimal gold = 500, decimal platinum = 1000, string? reason = null) =>
        new { thresholds = new { silver = Spending(silver), gold = Spending(gold), platinum = Spending(platinum) }, reason };

    /// <summary>The same without a reason, as a simulation asks them.</summary>
    public static object TierThresholds(decimal silver = 100, decimal gold = 500, decimal platinum = 1000, string? cursor = null) =>
        new { thresholds = Thresholds(silver, gold, platinum), cursor };

    public static object Thresholds(decimal silver = 100, decimal gold = 500, decimal platinum = 1000) =>
        new { silver = Spending(silver), gold = Spending(gold), platinum = Spending(platinum) };

    /// <summary>Replaces a business's thresholds, whatever they were.</summary>
    public static async Task<Answer> TiersAsync(this TestApp app, Guid business, object? tiers = null) =>
        (await app.AsOf(business, "owner").PutAsync("/api/v1/tiers/configuration", tiers ?? Tiers(), "*")).Expect(200);

    private static object Spending(decimal threshold) => new { spendingThreshold = threshold, evaluationPeriod = "yearly" };

    /// <summary>Waits until no orchestration has anything to do before its time.</summary>
    public static Task DurableSettledAsync(this TestApp app) => Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>(
        """
        select not exists (select from functions_host.durable_activities)
            and not exists (select from functions_host.durable_instances where worker is not null or wake_at <= @now)
        """,
        new { now = app.BusinessNow() }))[0]);
}

using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>An erasure by the built app, killed at its n-th commit for every n: always erased, always certified, once.</summary>
public sealed class ErasureCrashTests : IAsyncLifetime
{
    private readonly TestApp app = new() { KeepsFiles = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_NothingIsLeftAndEveryFigureStays()
    {
        await app.StopHostAsync();
        await using var proxy = new CommitProxy(app.Database.Owner);
        var settings = Through(proxy);
        var process = await AppProcess.StartAsync(settings);
        try
        {
            var (n, wasKilled) = (0, true);
            while (wasKilled)
            {
                var email = Given.Email();
                var (customer, erasure) = await ApprovedAsync(email);
                var victim = process;
                proxy.Arm(++n, victim.Kill);
                await SweepAsync(victim);
                await Eventually.TrueAsync(async () => !proxy.IsArmed || await IsCompletedAsync(erasure));
                wasKilled = !proxy.IsArmed;
                proxy.Disarm();
                if (wasKilled)
                {
                    await process.DisposeAsync();
                    await app.Database.QueryAsync<int>("update functions_host.durable_workers set alive_until = clock_timestamp()");
                    process = await AppProcess.StartAsync(settings);
                    await SweepAsync(process);
                    await Eventually.TrueAsync(() => IsCompletedAsync(erasure));
                }

                Assert.Empty(await Traces.OfAsync(app, [email]));
                Assert.Equal([25m], await app.Database.QueryAsync<decimal>("select sum(amount) from transactions where customer_id = @customer", new { customer }));
                Assert.Equal(["customers.customer.deleted"], await app.Database.QueryAsync<string>("select type from outbox where customer_id = @customer", new { customer }));
                Assert.Equal([erasure], await app.Database.QueryAsync<Guid>("select erasure_id from erasure_ledger where customer_id = @customer and is_copied", new { customer }));
            }

            Assert.True(n > 15, $"Only {n} moments were counted.");
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    // No timer but the one that is called.
    private Dictionary<string, string?> Through(CommitProxy proxy)
    {
        var settings = new Dictionary<string, string?>(app.StartedWith);
        foreach (var name in new[] { "Database:App", "Database:Worker", "EmbeddedRuntime:Database" })
            settings[name] = proxy.Of(settings[name]!);
        settings.Remove("Database:Owner");
        settings["AzureWebJobs.EveryMinuteSignAudit.Disabled"] = "true";
        return settings;
    }

    private static async Task SweepAsync(AppProcess process)
    {
        try
        {
            using var content = System.Net.Http.Json.JsonContent.Create(new { });
            (await process.Client.PostAsync(new Uri("/admin/functions/EveryDaySweepErasures", UriKind.Relative), content)).EnsureSuccessStatusCode();
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer.
        }
    }

    // A customer whose email stands in its own rows, in another's note and in the number of a sale; its time has come.
    private async Task<(Guid Customer, Guid Erasure)> ApprovedAsync(string email)
    {
        var (customer, erasure) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await app.Database.QueryAsync<int>(
            """
            with customer as (
                insert into customers (id, business_id, email, phone, tier_updated_at, referral_code, created_at, updated_at, deleted_at)
                select id, @Business, case when id = @customer then @email else id::text || '@example.com' end, null, now(), upper(left(id::text, 8)) || upper(right(id::text, 12)), now(), now(),
                    case when id = @customer then now() end
                from unnest(array[@customer, @other]) id
                returning id
            ), metrics as (
                insert into customer_metrics (customer_id, business_id, updated_at) select id, @Business, now() from customer
            ), notes as (
                insert into customer_notes (id, business_id, customer_id, body, author, created_at, updated_at)
                select gen_random_uuid(), @Business, id, 'Of ' || @email, 'owner', now(), now() from customer
            ), sales as (
                insert into transactions (business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, created_at)
                values (@Business, 'sale-' || @email, @customer, 'SALE', 25, 'USD', now(), current_date, now())
            )
            insert into erasure_requests (id, business_id, customer_id, status, requested_by, requested_as, reason, requested_at, due_at, approved_by, approved_at, erase_at)
            values (@erasure, @Business, @customer, 'APPROVED', 'owner', 'owner', 'Asked by ' || @email, now(), now() + interval '30 days', 'compliance', now(), now())
            """,
            new { app.Business, customer, erasure, email, other = Guid.CreateVersion7() });
        return (customer, erasure);
    }

    private async Task<bool> IsCompletedAsync(Guid erasure) =>
        (await app.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure })) is ["COMPLETED"];
}

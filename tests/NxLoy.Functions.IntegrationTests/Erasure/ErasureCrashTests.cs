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
        var settings = AppProcess.Quiet(app.StartedWith, proxy, "EveryDaySweepErasures");
        var (email, customer, erasure) = ("", Guid.Empty, Guid.Empty);

        await new CrashLoop<AppProcess>(proxy, () => AppProcess.StartAsync(settings))
        {
            Prepare = async _ =>
            {
                email = Given.Email();
                (customer, erasure) = await ApprovedAsync(email);
            },
            Begin = process => process.StartTimerAsync("EveryDaySweepErasures"),
            HasEnded = () => IsCompletedAsync(erasure),
            Check = async _ =>
            {
                Assert.Empty(await Traces.OfAsync(app, [email]));
                Assert.Equal([25m], await app.Database.QueryAsync<decimal>("select sum(amount) from transactions where customer_id = @customer", new { customer }));
                Assert.Equal(["customers.customer.deleted"], await app.Database.QueryAsync<string>("select type from outbox where customer_id = @customer", new { customer }));
                Assert.Equal([erasure], await app.Database.QueryAsync<Guid>("select erasure_id from erasure_ledger where customer_id = @customer and is_copied", new { customer }));
            },
        }.RunAsync(moreThan: 8);
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

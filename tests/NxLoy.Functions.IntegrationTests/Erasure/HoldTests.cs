using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Legal holds: while one stands nothing is erased, and when the last has ended the erasure goes on.</summary>
public sealed class HoldTests : IAsyncLifetime
{
    private readonly TestApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Hold_PausesAnApprovedErasure_UntilItIsReleased()
    {
        var (customer, erasure) = await ApprovedAsync();
        var hold = await HoldAsync(customer);

        await app.Host.AdvanceAsync(TimeSpan.FromDays(40));
        await app.Host.InvokeAsync("EveryDaySweepErasures");
        await SettledAsync();
        Assert.Equal(("APPROVED", true), await StandAsync(erasure));

        (await app.As("compliance").SendAsync(HttpMethod.Delete, $"/api/v1/customers/{customer}/holds/{hold}")).Expect(204);
        await CompletedAsync(erasure);
    }

    [Fact]
    public async Task Hold_EndsByItself_AndTheErasureGoesOn()
    {
        var (customer, erasure) = await ApprovedAsync();
        await HoldAsync(customer, days: 28);
        await HoldAsync(customer, days: 27);

        await app.Host.AdvanceAsync(TimeSpan.FromDays(27.5));
        await SettledAsync();
        Assert.Equal(("APPROVED", true), await StandAsync(erasure));

        await app.Host.AdvanceAsync(TimeSpan.FromDays(1));
        await CompletedAsync(erasure);
    }

    [Fact]
    public async Task Hold_MayStandBeforeAnybodyAsks_AndDoesNotKeepAnyoneFromApproving()
    {
        var customer = (await app.CustomerAsync()).Id;
        await HoldAsync(customer);
        var erasure = (await app.ErasureAsync(customer)).Id;

        var approved = (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/approve")).Expect(200).Json;

        Assert.Equal(("APPROVED", true), ((string)approved["status"]!, (bool)approved["isOnHold"]!));
    }

    [Fact]
    public async Task Hold_PlacedAMomentBeforeTheErasing_IsNotOverlooked()
    {
        // Whatever the race: where the hold was accepted, the customer is still there.
        for (var tries = 0; tries < 10; tries++)
        {
            var (customer, erasure) = await ApprovedAsync();
            await app.Database.QueryAsync<int>("update erasure_requests set erase_at = requested_at where id = @erasure", new { erasure });

            var sweep = app.Host.InvokeAsync("EveryDaySweepErasures");
            await Task.Delay(Random.Shared.Next(60));
            var hold = await app.As("compliance").PostAsync($"/api/v1/customers/{customer}/holds", new { ground = "A claim." });
            await sweep;
            await SettledAsync();

            Assert.True(hold.Code is 201 or 409, hold.Text);
            var erased = (await app.Database.QueryAsync<bool>("select erased_at is not null from customers where id = @customer", new { customer }))[0];
            Assert.Equal(hold.Code == 409, erased);
        }
    }

    [Fact]
    public async Task List_ShowsHoldsWithWhoPlacedAndReleasedThem()
    {
        var customer = (await app.CustomerAsync()).Id;
        var (first, second) = (await HoldAsync(customer), await HoldAsync(customer, days: 3));
        (await app.As("compliance").SendAsync(HttpMethod.Delete, $"/api/v1/customers/{customer}/holds/{first}")).Expect(204);

        var holds = (await app.As("compliance").GetAsync($"/api/v1/customers/{customer}/holds")).Expect(200).Json["items"]!.AsArray();

        Assert.Equal([second, first], holds.Select(hold => hold!["id"]!.GetValue<Guid>()));
        Assert.Equal([true, false], holds.Select(hold => (bool)hold!["isActive"]!));
        Assert.Equal("development-compliance", (string?)holds[1]!["releasedBy"]);
    }

    [Fact]
    public async Task Hold_IsRefused_OfNobody_WithoutAGround_AndUntilAnInstantThatHasPassed()
    {
        var (compliance, customer) = (app.As("compliance"), (await app.CustomerAsync()).Id);
        var path = $"/api/v1/customers/{customer}/holds";

        (await compliance.PostAsync($"/api/v1/customers/{Guid.NewGuid()}/holds", new { ground = "A claim." })).Expect(404);
        (await compliance.GetAsync($"/api/v1/customers/{Guid.NewGuid()}/holds")).Expect(404);
        Assert.Equal(["/ground required"], (await compliance.PostAsync(path, new { })).Expect(400).Faults);
        Assert.Equal(["/until invalid_time"], (await compliance.PostAsync(path, new { ground = "A claim.", until = "tomorrow" })).Expect(400).Faults);
        Assert.Equal(["/until in_the_past"], (await compliance.PostAsync(path, new { ground = "A claim.", until = "2020-01-01T00:00:00Z" })).Expect(400).Faults);
        (await app.As("owner").PostAsync(path, new { ground = "A claim." })).Expect(403);
        (await compliance.SendAsync(HttpMethod.Delete, $"{path}/{Guid.NewGuid()}")).Expect(404);
    }

    [Fact]
    public async Task Post_SentAgainWithItsKey_PlacesOneHold()
    {
        var customer = (await app.CustomerAsync()).Id;
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var (first, again) = (
            await app.As("compliance").PostAsync($"/api/v1/customers/{customer}/holds", new { ground = "A claim." }, key),
            await app.As("compliance").PostAsync($"/api/v1/customers/{customer}/holds", new { ground = "A claim." }, key));

        Assert.Equal(first.Expect(201).Id, again.Expect(201).Id);
    }

    private async Task<(Guid Customer, Guid Erasure)> ApprovedAsync()
    {
        var customer = (await app.CustomerAsync()).Id;
        var erasure = (await app.ErasureAsync(customer)).Id;
        (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/approve")).Expect(200);
        return (customer, erasure);
    }

    private async Task<Guid> HoldAsync(Guid customer, double? days = null) => (await app.As("compliance").PostAsync(
        $"/api/v1/customers/{customer}/holds",
        new { ground = "A claim is open.", until = days is { } some ? await NowAsync() + TimeSpan.FromDays(some) : (DateTimeOffset?)null })).Expect(201).Id;

    // Business time, which other tests of this class do not move: each has an app of its own.
    private async Task<DateTimeOffset> NowAsync() => (DateTimeOffset)(await app.CustomerAsync()).Json["createdAt"]!;

    private async Task<(string, bool)> StandAsync(Guid erasure)
    {
        var json = (await app.As("compliance").GetAsync($"/api/v1/erasures/{erasure}")).Expect(200).Json;
        return ((string)json["status"]!, (bool)json["isOnHold"]!);
    }

    /// <summary>No orchestration has anything to do at the moment.</summary>
    private Task SettledAsync() => app.DurableSettledAsync();

    private Task CompletedAsync(Guid erasure) => Eventually.TrueAsync(async () => (await StandAsync(erasure)).Item1 == "COMPLETED");
}

using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>GET /events/unsettled: what came and had no effect.</summary>
public sealed class UnsettledEventTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task BeforeAnyEvent_ThereIsNothing()
    {
        var business = await app.GivenBusinessAsync();

        Assert.Equal("""{"unlinked":0,"retry":0,"rejected":0,"groups":[]}""", (await GetAsync(business)).ToJsonString());
    }

    [Fact]
    public async Task EventsWithoutEffect_AreCountedByTypeAndReason_AndNameNobody()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        var email = Given.Email();
        await new ApiClient(app.Host.CreateClient(), TestApp.Token("service", [business])).PostAsync("/api/v1/events", Events.Batch(
            Events.Sale(business, customer),
            Events.Of("completed", Events.Data(business, 1, "a", email: email)), Events.Of("completed", Events.Data(business, 1, "b", email: email)),
            Events.Redemption(business, Guid.NewGuid()),
            Events.Of("refunded", Events.Data(business, 1, "r", customerId: customer, original: "later")),
            Events.Balance(business, customer, 1, DateTimeOffset.UtcNow.AddHours(1)),
            Events.Told($"gossip.about.{email}", new { })));

        var answer = await GetAsync(business);

        Assert.Equal((3L, 1L, 2L), ((long)answer["unlinked"]!, (long)answer["retry"]!, (long)answer["rejected"]!));
        Assert.Equal(
            [
                "unlinked  transactions.transaction.completed 2", "rejected future_dated loyalty.balance.changed 1", "rejected unknown_type  1",
                "retry sale_not_arrived transactions.transaction.refunded 1", "unlinked  rewards.redemption.completed 1",
            ],
            answer["groups"]!.AsArray().Select(group => $"{group!["status"]} {group["code"]} {group["type"]} {group["count"]}"));
        Assert.DoesNotContain(email, answer.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnlinkedEvent_SentAgainOnceThereIsTheCustomer_IsAcceptedAndNoLongerCounted()
    {
        var business = await app.GivenBusinessAsync();
        var email = Given.Email();
        object[] events = [Events.Of("completed", Events.Data(business, 3, "a", email: email))];
        Assert.Equal(["unlinked"], (await app.TellAsync(business, events)).Outcomes());
        var oldest = (DateTimeOffset)(await GetAsync(business))["groups"]![0]!["oldestReceivedAt"]!;
        await Task.Delay(20);
        Assert.Equal(["unlinked"], (await app.TellAsync(business, events)).Outcomes());
        var waiting = (await GetAsync(business))["groups"]![0]!;
        Assert.Equal(oldest, (DateTimeOffset)waiting["oldestReceivedAt"]!);
        Assert.True((DateTimeOffset)waiting["lastReceivedAt"]! > oldest);

        var customer = (await app.CustomerAsync(email, business: business)).Id;
        Assert.Equal(["accepted"], (await app.TellAsync(business, events)).Outcomes());

        Assert.Equal(0, (long)(await GetAsync(business))["unlinked"]!);
        Assert.Equal(3m, (decimal)(await app.AsOf(business, "owner").GetAsync($"/api/v1/customers/{customer}")).Json["totalSpent"]!);
    }

    private async Task<JsonObject> GetAsync(Guid business) => (await app.AsOf(business, "owner").GetAsync("/api/v1/events/unsettled")).Expect(200).Json;
}

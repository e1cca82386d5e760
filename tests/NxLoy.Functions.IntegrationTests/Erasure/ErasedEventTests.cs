using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>What becomes of events about an erased customer, before, during and after the erasure.</summary>
public sealed class ErasedEventTests : IAsyncLifetime
{
    private readonly BusApp app = BusApp.Filing();

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    [Fact]
    public async Task SaleOfAnErasedCustomer_CountsOnTheTombstone_ByItsIdAlone()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        await app.EraseAsync(person.Id);

        Assert.Equal(
            ["accepted", "unlinked"],
            (await app.As("service").PostAsync("/api/v1/events", Events.Batch(
                Events.Sale(app.Business, person.Id, 5),
                Events.Of("completed", Events.Data(app.Business, 5, Guid.NewGuid().ToString(), email: person.Email))))).Outcomes());

        Assert.Equal(30, (decimal)(await app.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Json["totalSpent"]!);
    }

    [Fact]
    public async Task EventOnItsWayDuringTheErasure_KeepsNothingOfThePerson_AndALaterOneIsNew()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        await app.EraseAsync(person.Id);

        foreach (var (id, sent) in new[] { ("by-email", Events.Data(app.Business, 5, "s1", email: person.Email)), ("by-phone", Events.Data(app.Business, 5, "s2", phone: person.NationalPhone)), ("by-number", Events.Data(app.Business, 5, "s5", externalId: person.ExternalId)) })
            await app.HandAsync(Events.Of("completed", sent, id), age: TimeSpan.FromHours(1));
        await app.HandAsync(Events.Of("completed", Events.Data(app.Business, -1, "s3", customerId: person.Id), "by-id"), age: TimeSpan.FromHours(1));

        Assert.Empty(await Traces.OfAsync(app, [.. person.Identifiers, person.FullName]));
        Assert.Equal(
            ["by-email unlinked", "by-id invalid_amount", "by-number unlinked", "by-phone unlinked"],
            await app.Database.QueryAsync<string>("select event_id || ' ' || code from dead_letters where state = 'SETTLED' and body is null and event_id like 'by-%' order by 1"));

        await app.HandAsync(Events.Of("completed", Events.Data(app.Business, 5, "s4", email: person.Email), "later"), age: TimeSpan.Zero);
        Assert.Equal("DEAD unlinked", (await app.DeadLettersAsync())["later"]);
    }

    [Fact]
    public async Task EventOfWhoHasTheNumberNow_StaysTheirs()
    {
        var person = (await app.As("owner").PostAsync("/api/v1/customers", new { email = Given.Email(), externalId = "K-1" })).Expect(201).Id;
        var erasure = await app.ErasureAsync(person);
        var heir = (await app.As("owner").PostAsync("/api/v1/customers", new { email = Given.Email(), externalId = "K-1" })).Expect(201).Id;
        await app.HandAsync(Events.Of("refunded", Events.Data(app.Business, 4, "r-1", externalId: "K-1", original: "late"), "of-the-heir"), age: TimeSpan.Zero);

        await app.EndErasureAsync(erasure.Id);
        await app.TellAsync(app.Business, Events.Sale(app.Business, heir, 10, "late"));
        await app.Host.AdvanceAsync(TimeSpan.FromMinutes(10));
        await app.RetryAsync();

        Assert.Equal(6, await app.SpentAsync(heir));
    }

    [Fact]
    public async Task EventOfAnErasedCustomer_IsRememberedByAnIdThatNamesNobody()
    {
        var (person, service) = (await KnownPerson.EverywhereAsync(app), app.As("service"));
        await app.EraseAsync(person.Id);
        var sale = Events.Of("completed", Events.Data(app.Business, 9, "s-9", customerId: person.Id), $"event of {person.Email}");
        var again = Events.Of("completed", Events.Data(app.Business, 9, "s-9", customerId: person.Id), $"once more {person.Email}");

        foreach (var expected in (string[][])[["accepted", "duplicate"], ["duplicate", "duplicate"]])
        {
            Assert.Equal(expected, (await service.PostAsync("/api/v1/events", Events.Batch(sale, again))).Outcomes());
            Assert.Empty(await Traces.OfAsync(app, [person.Email]));
        }
    }

    [Fact]
    public async Task SaleAndRefundOfAnErasedCustomer_InOneBatch_AreOne()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        await app.EraseAsync(person.Id);
        var before = (decimal)(await app.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Json["totalSpent"]!;

        Assert.Equal(["accepted", "accepted"], (await app.As("service").PostAsync("/api/v1/events", Events.Batch(
            Events.Of("refunded", Events.Data(app.Business, 4, $"back-{person.Email}", customerId: person.Id, original: $"again-{person.Email}")),
            Events.Of("completed", Events.Data(app.Business, 10, $"again-{person.Email}", customerId: person.Id))))).Outcomes());

        Assert.Equal(before + 6, (decimal)(await app.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Json["totalSpent"]!);
        Assert.Empty(await Traces.OfAsync(app, [person.Email]));
    }

    [Fact]
    public async Task AnothersEvent_ThatMentionsThePerson_StaysWithoutThem()
    {
        var person = await KnownPerson.EverywhereAsync(app);

        await app.EraseAsync(person.Id);

        Assert.Equal(
            ["future_dated"],
            await app.Database.QueryAsync<string>("select code from dead_letters where customer_id is not null and body::jsonb -> 'data' ->> 'subject' = 'Your friend [erased]'"));
        Assert.Equal(["future_dated"], await app.Database.QueryAsync<string>("select code from dead_letters"));
    }
}

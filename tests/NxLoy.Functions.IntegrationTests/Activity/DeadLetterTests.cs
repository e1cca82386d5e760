using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>What the bus gave up, what makes the app fail, and what comes again.</summary>
public sealed class DeadLetterTests
{
    [Fact]
    public async Task EventThatTheBusGaveUp_IsTriedByItself_AndHasItsEffect()
    {
        await using var app = await Running.StartAsync(settings =>
        {
            settings["AzureWebJobs.OnActivity.Disabled"] = "true";
            settings["EmbeddedRuntime:Entities"] = $"{BusApp.Subscription};customers-events/Subscriptions/local";
            settings["EmbeddedRuntime:MaxDeliveryCount"] = "1";
        });
        var customer = (await app.App.CustomerAsync()).Id;

        await app.App.SendAsync(Events.Of("completed", Events.Data(app.App.Business, 6, "sale", customerId: customer), "given-up"));
        await app.App.AbandonAsync();
        await app.App.SettledAsync();
        Assert.Equal("WAITING MaxDeliveryCountExceeded", (await app.App.DeadLettersAsync())["given-up"]);
        await app.App.RetryAsync();

        Assert.Equal(6, await app.App.SpentAsync(customer));
        Assert.Empty(await app.App.DeadLettersAsync());
    }

    [Fact]
    public async Task MessagesDeadLetteredInTheBus_AreTakenOver_WithTheirReason()
    {
        await using var app = await Running.StartAsync(settings =>
        {
            settings["AzureWebJobs.OnActivity.Disabled"] = "true";
            settings["EmbeddedRuntime:Entities"] = $"{BusApp.Subscription};customers-events/Subscriptions/local";
            settings["EmbeddedRuntime:MaxDeliveryCount"] = "1";
        });
        var customer = (await app.App.CustomerAsync()).Id;

        await app.App.SendAsync(Events.Of("completed", Events.Data(app.App.Business, 6, "sale", customerId: customer), "by-hand"));
        await app.App.DeadLetterByHandAsync("NotToday", "Somebody thought so.");
        await app.App.SendAsync(BusApp.Raw("no JSON"u8.ToArray(), "no-json", null));
        await app.App.AbandonAsync();
        await app.App.SettledAsync();

        Assert.Equal(
            ["by-hand DEAD dead_lettered NotToday: Somebody thought so.", "no-json DEAD malformed_json The body is not one JSON document, or names a field twice."],
            await app.App.Database.QueryAsync<string>("select event_id || ' ' || state || ' ' || code || ' ' || detail from dead_letters order by 1"));
    }

    [Fact]
    public async Task EventThatMakesTheAppFail_IsTriedAloneEightTimes_AndHoldsUpNobody()
    {
        await using var app = await Running.StartAsync();
        var customer = (await app.App.CustomerAsync()).Id;
        await app.App.FailsAtAsync("new.amount = 13");

        await app.App.SendAsync(Enumerable.Range(1, 20).Select(amount => Events.Of("completed", Events.Data(app.App.Business, amount, $"sale-{amount}", customerId: customer), $"event-{amount}")));
        await app.App.SettledAsync();

        Assert.Equal((20 * 21 / 2) - 13, await app.App.SpentAsync(customer));
        Assert.Equal(["event-13"], (await app.App.DeadLettersAsync()).Keys);
        for (var tries = 2; tries <= 8; tries++)
        {
            Assert.Equal("WAITING failed", (await app.App.DeadLettersAsync())["event-13"]);
            await app.App.Host.AdvanceAsync(TimeSpan.FromMinutes(2));
            await app.App.RetryAsync();
        }

        Assert.Equal("DEAD failed", (await app.App.DeadLettersAsync())["event-13"]);
    }

    [Fact]
    public async Task EventThatHasWaitedLong_AndThenFails_IsStillTriedEightTimes()
    {
        await using var app = await Running.StartAsync();
        var customer = (await app.App.CustomerAsync()).Id;
        await app.App.FailsAtAsync("new.kind = 'REFUND'");
        await app.App.SendAsync(Events.Of("refunded", Events.Data(app.App.Business, 4, "refund", customerId: customer, original: "late"), "waits"));
        await app.App.SettledAsync();
        await app.App.Database.QueryAsync<int>("update dead_letters set attempts = 20");
        await app.App.TellAsync(app.App.Business, Events.Sale(app.App.Business, customer, 10, "late"));

        for (var tries = 1; tries <= 8; tries++)
        {
            Assert.StartsWith("WAITING", (await app.App.DeadLettersAsync())["waits"], StringComparison.Ordinal);
            await app.App.Host.AdvanceAsync(TimeSpan.FromMinutes(2));
            await app.App.RetryAsync();
        }

        Assert.Equal("DEAD failed", (await app.App.DeadLettersAsync())["waits"]);
    }

    [Fact]
    public async Task EventThatWaits_AndComesAgainWhenItCannotSucceedAnyMore_IsDead()
    {
        await using var app = await Running.StartAsync();
        var customer = (await app.App.CustomerAsync()).Id;
        object refund = Events.Of("refunded", Events.Data(app.App.Business, 40, "refund", customerId: customer, original: "small"), "too-much");
        await app.App.SendAsync(refund);
        await app.App.SettledAsync();
        Assert.Equal("WAITING sale_not_arrived", (await app.App.DeadLettersAsync())["too-much"]);
        await app.App.TellAsync(app.App.Business, Events.Sale(app.App.Business, customer, 10, "small"));

        await app.App.HandAsync(refund, age: TimeSpan.Zero);

        Assert.Equal("DEAD refund_exceeds_sale", (await app.App.DeadLettersAsync())["too-much"]);
    }

    [Fact]
    public async Task WhatComesAgainAndSucceeds_IsNoDeadLetterAnyMore()
    {
        await using var app = await Running.StartAsync();
        var email = Given.Email();
        object sale = Events.Of("completed", Events.Data(app.App.Business, 5, "sale", email: email), "early");

        await app.App.SendAsync(sale);
        await app.App.SettledAsync();
        Assert.Equal("DEAD unlinked", (await app.App.DeadLettersAsync())["early"]);
        await app.App.CustomerAsync(email);
        Assert.Equal(["accepted"], (await app.App.TellAsync(app.App.Business, sale)).Outcomes());

        Assert.Empty(await app.App.DeadLettersAsync());
    }

    [Fact]
    public async Task SameEventWithoutEffect_IsOneDeadLetter_HoweverOftenItComes()
    {
        await using var app = await Running.StartAsync();
        var stranger = Guid.NewGuid();
        for (var times = 0; times < 3; times++)
        {
            await app.App.SendAsync(
            [
                BusApp.Message(Events.Of("completed", Events.Data(app.App.Business, 5, "sale", customerId: stranger), "again")),
                BusApp.Raw("no JSON"u8.ToArray(), null, null), BusApp.Raw("""{"data": {}}"""u8.ToArray(), null, null),
            ]);
            await app.App.SettledAsync();
        }

        Assert.Equal(
            ["invalid_event", "malformed_json", "unlinked"],
            await app.App.Database.QueryAsync<string>("select code from dead_letters order by 1"));
    }
}

/// <summary>An app with a broker, ended with its test.</summary>
internal sealed record Running(BusApp App) : IAsyncDisposable
{
    public static async Task<Running> StartAsync(Action<Dictionary<string, string?>>? configure = null)
    {
        var app = new BusApp
        {
            Configure = settings =>
            {
                BusApp.WithBroker(settings);
                configure?.Invoke(settings);
            },
        };
        await app.InitializeAsync();
        return new Running(app);
    }

    public async ValueTask DisposeAsync() => await ((IAsyncLifetime)App).DisposeAsync();
}

using NxLoy.Functions.IntegrationTests.Erasure;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>rewards.redemption.completed and communications.message.sent: each recorded once by its own id.</summary>
public sealed class RedemptionAndMessageEventTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Redemption_IsRecordedOnceByItsId()
    {
        var (customer, id) = ((await app.CustomerAsync()).Id, Guid.NewGuid().ToString());

        Assert.Equal(
            ["accepted", "duplicate"],
            (await TellAsync(Events.Redemption(app.Business, customer, id), Events.Redemption(app.Business, customer, id, points: 60))).Outcomes());
        Assert.Equal(["duplicate"], (await TellAsync(Events.Redemption(app.Business, customer, id))).Outcomes());

        Assert.Equal(["Free cup 50"], await app.Database.QueryAsync<string>("select reward || ' ' || points from redemptions where customer_id = @customer", new { customer }));
    }

    [Fact]
    public async Task Message_IsRecordedOnceByItsId_WithItsText()
    {
        var (customer, id) = ((await app.CustomerAsync()).Id, Guid.NewGuid().ToString());

        Assert.Equal(
            ["accepted", "duplicate"],
            (await TellAsync(Events.Message(app.Business, customer, id, body: "They are here."), Events.Message(app.Business, customer, id))).Outcomes());

        Assert.Equal(
            ["EMAIL NEWSLETTER Spring teas They are here."],
            await app.Database.QueryAsync<string>("select channel || ' ' || purpose || ' ' || subject || ' ' || body from communications where customer_id = @customer", new { customer }));
    }

    [Fact]
    public async Task WhoIsNotThere_IsUnlinkedUntilThereIsSuchACustomer()
    {
        var foreign = (await app.CustomerAsync(business: app.OtherBusiness)).Id;

        Assert.Equal(
            ["unlinked", "unlinked", "rejected future_dated", "rejected future_dated"],
            (await TellAsync(
                Events.Redemption(app.Business, foreign), Events.Message(app.Business, Guid.NewGuid()),
                Events.Redemption(app.Business, foreign, at: DateTimeOffset.UtcNow.AddMinutes(6)), Events.Message(app.Business, foreign, at: DateTimeOffset.UtcNow.AddMinutes(6)))).Outcomes());
    }

    [Fact]
    public async Task ErasedCustomer_KeepsIdsAndFigures_AndMessagesAreDropped()
    {
        var customer = await app.CustomerAsync(firstName: "Wilhelmine", lastName: "Quastenberger");
        var email = (string)customer.Json["email"]!;
        await app.EraseAsync(customer.Id);

        var redemption = Events.Redemption(app.Business, customer.Id, $"r-{email}", $"Cake for {email}", 70);
        var outcomes = (await TellAsync(
            redemption, Events.Message(app.Business, customer.Id, $"m-{email}", $"Dear {email}", "Hello"),
            Events.Balance(app.Business, customer.Id, 30, DateTimeOffset.UtcNow, changedBy: email))).Outcomes();

        Assert.Equal(["accepted", "accepted", "accepted"], outcomes);
        Assert.Equal(["[erased] 70"], await app.Database.QueryAsync<string>("select reward || ' ' || points from redemptions where customer_id = @Id", new { customer.Id }));
        Assert.Equal([30L], await app.Database.QueryAsync<long>("select balance from loyalty_balances where customer_id = @Id", new { customer.Id }));
        Assert.Empty(await app.Database.QueryAsync<string>("select id from communications where customer_id = @Id", new { customer.Id }));
        Assert.Empty(await Traces.OfAsync(app, [email]));

        // The same told once more under another event id is still the same.
        Assert.Equal(["duplicate"], (await TellAsync(Events.Redemption(app.Business, customer.Id, $"r-{email}", "Cake", 70))).Outcomes());
    }

    [Fact]
    public async Task RedemptionOfBeforeTheErasure_ToldAgain_IsADuplicate()
    {
        var customer = await app.CustomerAsync();
        var (plain, naming) = (Guid.NewGuid().ToString(), $"cake-of-{(string)customer.Json["email"]!}");
        await TellAsync(Events.Redemption(app.Business, customer.Id, plain), Events.Redemption(app.Business, customer.Id, naming));
        await app.EraseAsync(customer.Id);

        Assert.Equal(
            ["duplicate", "duplicate"],
            (await TellAsync(Events.Redemption(app.Business, customer.Id, plain), Events.Redemption(app.Business, customer.Id, naming))).Outcomes());
    }

    [Fact]
    public async Task SameIdsFromManySidesAtOnce_AreRecordedOnce()
    {
        var customers = new[] { (await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id };
        var ids = Enumerable.Range(0, 60).Select(n => Guid.NewGuid().ToString()).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(side => TellAsync(
            [.. ids.SelectMany((id, n) => new[]
            {
                Events.Redemption(app.Business, customers[(n + side) % 2], id), Events.Message(app.Business, customers[(n + side) % 2], id),
            }).OrderBy(_ => Random.Shared.Next())])));

        Assert.Equal(120, answers.Sum(answer => answer.Outcomes().Count(outcome => outcome == "accepted")));
        Assert.All(answers.SelectMany(answer => answer.Outcomes()), outcome => Assert.True(outcome is "accepted" or "duplicate"));
    }

    private Task<Answer> TellAsync(params object[] events) => app.TellAsync(app.Business, events);
}

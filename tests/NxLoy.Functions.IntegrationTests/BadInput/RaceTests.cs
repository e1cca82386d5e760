using System.Text.Json;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>The same thing asked for many times at once.</summary>
public sealed class RaceTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    [Fact]
    public async Task FiveHundredCreatesOfOneEmailAtOnce_OneWinsAndTheOthersAreToldWho()
    {
        var email = Given.Email();
        var request = Post("/api/v1/customers", new { email });

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => app.Wire.SendAsync(request)));

        var winner = Assert.Single(answers, answer => answer.Code == 201).Id;
        var others = answers.Where(answer => answer.Code != 201).ToList();
        Assert.Equal(499, others.Count);
        Assert.All(others, answer => Assert.Equal("customer_exists", answer.Expect(409).Problem));
        Assert.All(others, answer => Assert.Equal(winner, answer.Json["existingId"]!.GetValue<Guid>()));
        Assert.Equal(
            ["1 customer, 1 metrics, 1 event"],
            await app.App.Database.QueryAsync<string>(
                """
                select count(*) || ' customer, ' || (select count(*) from customer_metrics where customer_id = any(array_agg(c.id))) || ' metrics, '
                    || (select count(*) from outbox where customer_id = any(array_agg(c.id))) || ' event'
                from customers c where email = @email
                """,
                new { email }));
    }

    public static TheoryData<string> WithKey => [.. Described.All.Where(operation => operation is { TakesIdempotencyKey: true, TakesBody: true }).Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(WithKey))]
    public async Task KeyThatIsReplayedAndThenReused_MakesOneThing(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));
        var other = await Target.OfAsync(app.App, Described.Of(function));
        var request = target.Valid.With("Idempotency-Key", Guid.NewGuid().ToString());
        Assert.NotEqual(request.Body, other.Valid.Body);

        var first = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Wire.SendAsync(request)));

        var made = first[0].Code;
        Assert.True(made is 200 or 201 or 202, first[0].Text);
        var location = Assert.Single(first.Select(answer => answer.Expect(made).Headers.Location?.ToString()).Distinct());
        await app.App.DurableSettledAsync(); // what goes on after the answer writes too
        var before = await app.Tables.ReadAsync();
        Assert.Equal(location, (await app.Wire.SendAsync(request)).Expect(made).Headers.Location?.ToString());
        Assert.Equal(before, await app.Tables.ReadAsync());
        await app.RefusesAsync([new("the key on another body", request with { Body = other.Valid.Body }, ["422 idempotency_key_reused"])]);
    }

    public static TheoryData<string> WithIfMatch => [.. Described.All.Where(operation => operation is { NeedsIfMatch: true, Method: not "DELETE" }).Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(WithIfMatch))]
    public async Task TagThatTwentyHaveRead_LetsOneOfThemWrite(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));
        var tag = (await app.Wire.SendAsync(target.Valid)).Expect(200).ETag!;
        var request = target.Valid.With("If-Match", tag);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Wire.SendAsync(request)));

        Assert.NotEqual(tag, Assert.Single(answers, answer => answer.Code == 200).ETag);
        Assert.All(answers.Where(answer => answer.Code != 200), answer => Assert.Equal("stale_version", answer.Expect(412).Problem));
        await app.RefusesAsync([new("the tag once more", request, ["412 stale_version"])]);
    }

    private Sent Post(string path, object body) => new("POST", path)
    {
        Token = TestApp.Token("owner", [app.App.Business]), Json = JsonSerializer.Serialize(body),
    };
}

using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Database;

public sealed class IdempotencyTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Path = "/api/v1/customers";
    private readonly ApiClient owner = app.As("owner");

    [Fact]
    public async Task SameRequestAgain_AnswersTheResourceAsItIsNow()
    {
        var (body, key) = (new { email = Given.Email(), firstName = "Ada" }, Key());
        var first = (await owner.PostAsync(Path, body, key)).Expect(201);
        var changed = (await owner.PatchAsync($"{Path}/{first.Id}", new { firstName = "Grace" })).Expect(200);

        var again = (await owner.PostAsync(Path, body, key)).Expect(201);

        Assert.Equal(changed.Text, again.Text);
        Assert.Equal(changed.ETag, again.ETag);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
    }

    [Fact]
    public async Task SameRequestSpacedOtherwise_IsTheSame()
    {
        var (email, key) = (Given.Email(), Key());
        var first = (await owner.PostAsync(Path, $$"""{"email":"{{email}}"}""", key)).Expect(201);

        Assert.Equal(first.Id, (await owner.PostAsync(Path, $$"""{ "email" : "{{email}}" }""", key)).Expect(201).Id);
    }

    [Fact]
    public async Task OtherBody_Is422AndMakesNothing()
    {
        var (email, key) = (Given.Email(), Key());
        await owner.PostAsync(Path, new { email = Given.Email() }, key);

        Assert.Equal("idempotency_key_reused", (await owner.PostAsync(Path, new { email }, key)).Expect(422).Problem);
        Assert.Empty(await app.Database.QueryAsync<Guid>("select id from customers where email = @email", new { email }));
    }

    [Fact]
    public async Task SameKeyOfAnotherCallerOrBusiness_IsAnotherKey()
    {
        var key = Key();

        var answers = new[]
        {
            await owner.PostAsync(Path, new { email = Given.Email() }, key),
            await app.As("owner", "someone else").PostAsync(Path, new { email = Given.Email() }, key),
            await app.AsOf(app.OtherBusiness, "owner").PostAsync(Path, new { email = Given.Email() }, key),
        };

        Assert.Equal(3, answers.Select(answer => answer.Expect(201).Id).Distinct().Count());
    }

    [Fact]
    public async Task RefusedRequest_LeavesItsKeyFree()
    {
        var (taken, key) = (Given.Email(), Key());
        await owner.PostAsync(Path, new { email = taken });
        (await owner.PostAsync(Path, new { email = taken }, key)).Expect(409);

        (await owner.PostAsync(Path, new { email = Given.Email() }, key)).Expect(201);
    }

    [Fact]
    public async Task SameKeyManyTimesAtOnce_MakesOneCustomer()
    {
        var (body, key) = (new { email = Given.Email() }, Key());

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => owner.PostAsync(Path, body, key)));

        Assert.Single(answers.Select(answer => answer.Expect(201).Id).Distinct());
    }

    [Theory]
    [InlineData(0, "out_of_range")]
    [InlineData(256, "out_of_range")]
    public async Task KeyOfWrongLength_IsRefused(int length, string code) => Assert.Equal(
        [$"Idempotency-Key {code}"],
        (await owner.PostAsync(Path, new { email = Given.Email() }, ("Idempotency-Key", new string('k', length)))).Expect(400).Faults);

    [Fact]
    public async Task Record_HoldsNothingOfTheRequest()
    {
        var (email, key) = (Given.Email(), Key());
        await owner.PostAsync(Path, new { email }, key);

        var rows = await app.Database.QueryAsync<string>("select to_jsonb(k)::text from idempotency_keys k where key = @key", new { key = key.Value });

        Assert.DoesNotContain(email, Assert.Single(rows), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredKey_IsFreeAgainBeforeAnySweep()
    {
        var key = Key();
        var first = (await owner.PostAsync(Path, new { email = Given.Email() }, key)).Expect(201);
        await AgeAsync(key.Value, TimeSpan.FromHours(24));

        var second = (await owner.PostAsync(Path, new { email = Given.Email() }, key)).Expect(201);

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task Sweep_DeletesWhatHasExpiredOfEveryBusinessAndNothingElse()
    {
        var (kept, expired, foreign) = (Key(), Key(), Key());
        await owner.PostAsync(Path, new { email = Given.Email() }, kept);
        await owner.PostAsync(Path, new { email = Given.Email() }, expired);
        await app.AsOf(app.OtherBusiness, "owner").PostAsync(Path, new { email = Given.Email() }, foreign);
        await AgeAsync(expired.Value, TimeSpan.FromHours(24));
        await AgeAsync(foreign.Value, TimeSpan.FromHours(25));
        await AgeAsync(kept.Value, TimeSpan.FromHours(23.9));

        await SweepAsync();

        Assert.Equal(
            [kept.Value],
            await app.Database.QueryAsync<string>(
                "select key from idempotency_keys where key = any(@keys)", new { keys = new[] { kept.Value, expired.Value, foreign.Value } }));
    }

    [Fact]
    public async Task Sweep_GoesOnUntilNothingExpiredIsLeft()
    {
        await app.Database.QueryAsync<int>(
            """
            insert into idempotency_keys (business_id, caller, key, request_digest, status, expires_at)
            select @business, 'many', n::text, '', 201, now() - interval '1 hour' from generate_series(1, 2500) n
            """,
            new { business = app.Business });

        Assert.InRange(await SweepAsync(), 2500, int.MaxValue);
        Assert.Equal(0, (await app.Database.QueryAsync<int>("select count(*)::int from idempotency_keys where caller = 'many'"))[0]);
    }

    private static (string Name, string Value) Key() => ("Idempotency-Key", Guid.NewGuid().ToString());

    private Task<int> SweepAsync() => app.Host.Services.GetRequiredService<ForgetIdempotencyKeys>().ExecuteAsync(CancellationToken.None);

    private async Task AgeAsync(string key, TimeSpan by) =>
        await app.Database.QueryAsync<int>("update idempotency_keys set expires_at = expires_at - @by where key = @key", new { key, by });
}

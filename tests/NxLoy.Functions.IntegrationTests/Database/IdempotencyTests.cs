using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.Embedded;
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
    public async Task Key_IsRememberedFor24Hours_AndThenFreeBeforeAnySweep()
    {
        var (body, key) = (new { email = Given.Email() }, Key());
        var first = (await owner.PostAsync(Path, body, key)).Expect(201);
        await using var almost = await LaterAsync(TimeSpan.FromHours(23.9));
        await using var over = await LaterAsync(TimeSpan.FromHours(24));

        var replayed = (await OwnerOf(almost).PostAsync(Path, body, key)).Expect(201);
        var made = (await OwnerOf(over).PostAsync(Path, new { email = Given.Email() }, key)).Expect(201);

        Assert.Equal(first.Id, replayed.Id);
        Assert.NotEqual(first.Id, made.Id);
    }

    [Fact]
    public async Task EveryHour_DeletesWhatHasExpiredOfEveryBusinessAndNothingElse()
    {
        var (kept, expired, foreign) = (Key(), Key(), Key());
        await using var tomorrow = await LaterAsync(TimeSpan.FromHours(24));
        await owner.PostAsync(Path, new { email = Given.Email() }, expired);
        await app.AsOf(app.OtherBusiness, "owner").PostAsync(Path, new { email = Given.Email() }, foreign);
        (await OwnerOf(tomorrow).PostAsync(Path, new { email = Given.Email() }, kept)).Expect(201);
        Task<IReadOnlyList<string>> LeftAsync() => app.Database.QueryAsync<string>(
            "select key from idempotency_keys where key = any(@keys)", new { keys = new[] { kept.Value, expired.Value, foreign.Value } });

        await EveryHourAsync(app.Host);
        Assert.Equal(3, (await LeftAsync()).Count);

        await EveryHourAsync(tomorrow);
        Assert.Equal([kept.Value], await LeftAsync());
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

        var deleted = await app.Host.Services.GetRequiredService<ForgetIdempotencyKeys>().ExecuteAsync(CancellationToken.None);

        Assert.InRange(deleted, 2500, int.MaxValue);
        Assert.Equal(0, (await app.Database.QueryAsync<int>("select count(*)::int from idempotency_keys where caller = 'many'"))[0]);
    }

    private static (string Name, string Value) Key() => ("Idempotency-Key", Guid.NewGuid().ToString());

    private static Task EveryHourAsync(FunctionsTestHost host) =>
        ActivatorUtilities.CreateInstance<DatabaseTriggers>(host.Services).EveryHour(new TimerInfo(), CancellationToken.None);

    /// <summary>The same app on the same data, with business time moved on.</summary>
    private Task<FunctionsTestHost> LaterAsync(TimeSpan by) => FunctionsTestHost.StartAsync(
        typeof(DatabaseTriggers).Assembly, TestApp.Settings(app.Database), services => services.AddSingleton<TimeProvider>(new MovedTime(by)));

    private ApiClient OwnerOf(FunctionsTestHost host) => new(host.CreateClient(), TestApp.Token("owner", [app.Business]));

    private sealed class MovedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}

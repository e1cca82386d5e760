using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Tiers;
using NxLoy.Functions.UnitTests.Tiers;

namespace NxLoy.Functions.IntegrationTests.Tiers;

public sealed class TierConfigurationTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Configuration = "/api/v1/tiers/configuration";
    private const string Audits = "/api/v1/tiers/audits";

    [Fact]
    public async Task Get_NothingStored_SaysSoUnderVersion0()
    {
        var business = await app.GivenBusinessAsync();

        var read = (await app.AsOf(business, "owner").GetAsync(Configuration)).Expect(200);

        Assert.Equal("\"0\"", read.ETag);
        Assert.Equal(business, (Guid?)read.Json["businessId"]);
        Assert.Null(read.Json["thresholds"]);
        Assert.Null(read.Json["id"]);
        Assert.Empty((await app.AsOf(business, "owner").GetAsync(Audits)).Expect(200).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task BusinessThatDoesNotExist_HasNoThresholdsToReadOrTry()
    {
        var owner = app.AsOf(Guid.CreateVersion7(), "owner");

        (await owner.GetAsync(Configuration)).Expect(404);
        (await owner.PostAsync("/api/v1/tiers/simulate", Given.TierThresholds())).Expect(404);
    }

    [Fact]
    public async Task Put_IsReadBackAsWritten()
    {
        var owner = app.AsOf(await app.GivenBusinessAsync(), "owner");
        var tiers = new
        {
            thresholds = new
            {
                silver = new { spendingThreshold = 99.9999m, visitThreshold = 5, evaluationPeriod = "monthly" },
                gold = new { pointsThreshold = 100, evaluationPeriod = "lifetime" },
                platinum = new { spendingThreshold = 1000, pointsThreshold = 100, evaluationPeriod = "quarterly", match = "all" },
            },
        };

        var written = (await owner.PutAsync(Configuration, tiers, "\"0\"")).Expect(200);

        Assert.Equal("\"1\"", written.ETag);
        Assert.Equal(
            """
            {"silver":{"spendingThreshold":99.9999,"visitThreshold":5,"pointsThreshold":null,"evaluationPeriod":"monthly","match":"any"},"gold":{"spendingThreshold":null,"visitThreshold":null,"pointsThreshold":100,"evaluationPeriod":"lifetime","match":"any"},"platinum":{"spendingThreshold":1000,"visitThreshold":null,"pointsThreshold":100,"evaluationPeriod":"quarterly","match":"all"}}
            """,
            written.Json["thresholds"]!.ToJsonString());
        Assert.Equal(written.Text, (await owner.GetAsync(Configuration)).Expect(200).Text);
    }

    [Fact]
    public async Task Put_WithoutOrWithStaleVersion_ChangesNothing()
    {
        var owner = app.AsOf(await app.GivenBusinessAsync(), "owner");

        Assert.Equal("if_match_missing", (await owner.PutAsync(Configuration, Given.Tiers(), ifMatch: null)).Expect(428).Problem);
        Assert.Equal("stale_version", (await owner.PutAsync(Configuration, Given.Tiers(), "\"1\"")).Expect(412).Problem);
        (await owner.PutAsync(Configuration, Given.Tiers(), "\"0\"")).Expect(200);
        Assert.Equal("stale_version", (await owner.PutAsync(Configuration, Given.Tiers(50), "\"0\"")).Expect(412).Problem);

        Assert.Equal("\"1\"", (await owner.GetAsync(Configuration)).ETag);
        Assert.Single((await owner.GetAsync(Audits)).Expect(200).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Put_FirstOfAllByTwoAtOnce_OneIsStale()
    {
        for (var round = 0; round < 5; round++)
        {
            var owner = app.AsOf(await app.GivenBusinessAsync(), "owner");

            var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(silver => owner.PutAsync(Configuration, Given.Tiers(silver), "\"0\"")));

            Assert.Equal([200, 412, 412, 412], answers.Select(answer => answer.Code).Order());
            Assert.Single((await owner.GetAsync(Audits)).Expect(200).Json["items"]!.AsArray());
        }
    }

    // Whoever waits for another owner's change is dated after it, so audits are in the order of their versions.
    [Fact]
    public async Task Put_ThatWaitsForAnother_IsDatedWhenItIsWritten()
    {
        var business = await app.GivenBusinessAsync();
        var clock = new Clock { Now = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        var update = new UpdateTierConfiguration(app.Host.Services.GetRequiredService<BusinessDatabase>(), clock);
        await using var other = new NpgsqlConnection(app.Database.Superuser);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await other.ExecuteAsync("select 1 from businesses where id = @business for update", new { business }, transaction);

        var waiting = WriteAsync(20);
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"))[0]);
        clock.Now = clock.Now.AddMinutes(1);
        await transaction.CommitAsync();

        Assert.Equal(clock.Now, (await waiting).Value.Value.UpdatedAt);
        clock.Now = clock.Now.AddMinutes(-5); // an instance whose clock is slow
        await WriteAsync(30);
        Assert.Equal(
            [2L, 1L], (await app.AsOf(business, "owner").GetAsync(Audits)).Expect(200).Json["items"]!.AsArray().Select(audit => (long)audit!["configurationVersion"]!));

        Task<Result<Versioned<TierConfiguration>>> WriteAsync(decimal silver) => update.ExecuteAsync(
            new Caller("ada", Role.Owner, business, [business]), new IfMatch(["*"]), new TierSettings(Some.Thresholds(Some.Requirement(silver)), null), CancellationToken.None);
    }

    private sealed class Clock : TimeProvider
    {
        public required DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public async Task Put_TheSameAgain_IsAVersionInWhichNothingChanged()
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business);

        Assert.Equal("\"2\"", (await app.TiersAsync(business, Given.Tiers(reason: "Confirmed."))).ETag);

        var audits = (await app.AsOf(business, "owner").GetAsync(Audits)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(2, audits.Count);
        Assert.Empty(audits[0]!["changes"]!.AsArray());
    }

    [Fact]
    public async Task Put_BadValues_NamesEveryFault()
    {
        var owner = app.AsOf(await app.GivenBusinessAsync(), "owner");

        var refused = (await owner.PutAsync(Configuration, new
        {
            thresholds = new
            {
                silver = new { spendingThreshold = 100, evaluationPeriod = "yearly" },
                gold = new { spendingThreshold = 99, visitThreshold = -1, evaluationPeriod = "yearly" },
                platinum = new { visitThreshold = "ten", evaluationPeriod = "weekly" },
                diamond = new { },
            },
        })).Expect(400);

        Assert.Equal(
            [
                "/thresholds/diamond unknown_field", "/thresholds/gold/spendingThreshold below_lower_tier", "/thresholds/gold/visitThreshold out_of_range",
                "/thresholds/platinum/evaluationPeriod not_one_of", "/thresholds/platinum/visitThreshold wrong_type",
            ],
            refused.Faults.Order(StringComparer.Ordinal));
        Assert.Equal("\"0\"", (await owner.GetAsync(Configuration)).ETag);
    }

    [Fact]
    public async Task Audits_TellWhoWhenWhyAndWhat_NewestFirst()
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business, Given.Tiers(reason: "The first."));
        (await app.AsOf(business, "owner", "ada").PutAsync(Configuration, Given.Tiers(silver: 150), "\"1\"")).Expect(200);

        var audits = (await app.AsOf(business, "owner").GetAsync(Audits)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal([2L, 1L], audits.Select(audit => (long)audit!["configurationVersion"]!));
        Assert.Equal("ada", (string?)audits[0]!["changedBy"]);
        Assert.Null(audits[0]!["reason"]);
        Assert.Equal("""[{"pointer":"/silver/spendingThreshold","from":100,"to":150}]""", audits[0]!["changes"]!.ToJsonString());
        Assert.Equal(150m, (decimal?)audits[0]!["newThresholds"]!["silver"]!["spendingThreshold"]);
        Assert.Equal(audits[1]!["newThresholds"]!.ToJsonString(), audits[0]!["previousThresholds"]!.ToJsonString());
        Assert.Equal("The first.", (string?)audits[1]!["reason"]);
        Assert.Null(audits[1]!["previousThresholds"]);
        Assert.Equal(9, audits[1]!["changes"]!.AsArray().Count);
    }

    [Fact]
    public async Task Audits_ByPages_AreAllThereOnce()
    {
        var business = await app.GivenBusinessAsync();
        for (var silver = 1; silver <= 5; silver++)
        {
            await app.TiersAsync(business, Given.Tiers(silver));
        }

        List<long> versions = [];
        for (JsonNode? cursor = null; versions.Count == 0 || cursor is not null;)
        {
            var page = (await app.AsOf(business, "owner").GetAsync($"{Audits}?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200);
            versions.AddRange(page.Json["items"]!.AsArray().Select(audit => (long)audit!["configurationVersion"]!));
            cursor = page.Json["nextCursor"];
        }

        Assert.Equal([5, 4, 3, 2, 1], versions);
    }

    [Fact]
    public async Task OneBusiness_LeavesTheOthersAlone()
    {
        var (mine, other) = (await app.GivenBusinessAsync(), await app.GivenBusinessAsync());
        await app.TiersAsync(other);

        await app.TiersAsync(mine, Given.Tiers(7));

        Assert.Equal("\"1\"", (await app.AsOf(other, "owner").GetAsync(Configuration)).ETag);
        Assert.Single((await app.AsOf(other, "owner").GetAsync(Audits)).Expect(200).Json["items"]!.AsArray());
    }
}

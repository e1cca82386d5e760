using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Engagement;

/// <summary>GET /customers/{id}/timeline.</summary>
public sealed class TimelineTests(FilingApp app) : IClassFixture<FilingApp>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task EveryKind_StandsInItNewestFirst_EachWithItsPart()
    {
        var everything = await Everything.MakeAsync(app);

        var entries = await AllAsync(everything.Customer);

        Assert.Equal(
            ["consent", "created", "message", "note", "points", "redemption", "segment", "tag", "tier", "transaction"],
            entries.Select(entry => (string)entry["kind"]!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(entries.Select(At).OrderDescending(), entries.Select(At));
        Assert.All(entries, entry => Assert.Equal(
            (string)entry["kind"]! == "created" ? [] : [(string)entry["kind"]!],
            entry.Select(part => part.Key).Except(["id", "customerId", "kind", "occurredAt"])));
        Assert.All(entries, entry => Assert.Equal(everything.Customer, entry["customerId"]!.GetValue<Guid>()));
        var sale = entries.Single(entry => (string)entry["id"]! == $"sale-{everything.Customer}");
        Assert.Equal(
            """{"type":"SALE","amount":12.5,"currency":"USD","itemCount":2,"originalTransactionId":null,"refundedAmount":3,"isVoided":false}""",
            Plain(sale["transaction"]!));
        Assert.Equal("created", (string?)entries[^1]["kind"]);
        Assert.DoesNotContain("they are here", string.Concat(entries.Select(entry => entry.ToJsonString())), StringComparison.Ordinal); // a message's body
        Assert.DoesNotContain(entries, entry => (string?)entry["consent"]?["source"] == "erased_before");
    }

    [Fact]
    public async Task Points_TellHowTheyChanged_AcrossPages()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.TellAsync(app.Business, Points(customer, 3, 80), Points(customer, 1, 100), Points(customer, 2, 150));

        var entries = await AllAsync(customer, "kind=points", limit: 1);

        Assert.Equal([(80L, (long?)-70), (150L, 50L), (100L, null)], entries.Select(entry => ((long)entry["points"]!["balance"]!, (long?)entry["points"]!["change"])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Pages_GoOverEveryEntryOnce_AlsoWhereManyAreOfOneInstant(int limit)
    {
        var customer = (await app.CustomerAsync()).Id;
        object[] events =
        [
            .. Enumerable.Range(0, 30).SelectMany(n => new[]
            {
                Events.Sale(app.Business, customer, 1, $"{limit}-s{n}", Noon.AddMinutes(n / 10)), Events.Redemption(app.Business, customer, $"{limit}-r{n}", at: Noon.AddMinutes(n / 10)),
                Events.Message(app.Business, customer, $"{limit}-m{n}", at: Noon.AddMinutes(n / 10)), Events.Balance(app.Business, customer, n, Noon.AddMinutes(n / 10)),
            }),
        ];
        Assert.All((await app.TellAsync(app.Business, events)).Outcomes(), outcome => Assert.StartsWith("accepted", outcome, StringComparison.Ordinal));

        var whole = await AllAsync(customer);
        var paged = await AllAsync(customer, "", limit);

        Assert.Equal(121, whole.Count);
        Assert.Equal(whole.Select(entry => entry.ToJsonString()), paged.Select(entry => entry.ToJsonString()));
        Assert.Equal(121, whole.DistinctBy(entry => $"{entry["kind"]} {entry["id"]}").Count());
    }

    [Fact]
    public async Task NewEntriesMeanwhile_NeitherRepeatNorHideOthers()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.TellAsync(app.Business, [.. Enumerable.Range(0, 10).Select(n => Events.Sale(app.Business, customer, 1, $"old-{n}", Noon.AddMinutes(n)))]);
        var first = await PageAsync(customer, "kind=transaction&limit=4");

        await app.TellAsync(app.Business, Events.Sale(app.Business, customer, 1, "new", Noon.AddDays(1)), Events.Sale(app.Business, customer, 1, "late", Noon.AddMinutes(-1)));
        var second = await PageAsync(customer, $"kind=transaction&limit=20&cursor={Uri.EscapeDataString((string)first["nextCursor"]!)}");

        Assert.Equal(["old-9", "old-8", "old-7", "old-6"], Ids(first));
        Assert.Equal(["old-5", "old-4", "old-3", "old-2", "old-1", "old-0", "late"], Ids(second));
        Assert.Null(second["nextCursor"]);
    }

    [Fact]
    public async Task Kinds_NarrowIt_AndUnknownOnesAreRefused()
    {
        var everything = await Everything.MakeAsync(app);

        Assert.Equal(["redemption", "transaction"], (await AllAsync(everything.Customer, "kind=transaction,redemption")).Select(entry => (string)entry["kind"]!).Distinct().Order());
        var refused = (await app.As("owner").GetAsync($"/api/v1/customers/{everything.Customer}/timeline?kind=transaction,gossip")).Expect(400);
        Assert.Equal(["kind not_one_of"], refused.Faults);

        var cursor = (string)(await PageAsync(everything.Customer, "kind=consent&limit=1"))["nextCursor"]!;
        Assert.Equal("invalid_cursor", (await app.As("owner").GetAsync($"/api/v1/customers/{everything.Customer}/timeline?kind=tier&cursor={Uri.EscapeDataString(cursor)}")).Expect(400).Problem);
    }

    [Fact]
    public async Task Customer_SeesItsOwn_WithoutNotesAndStaffsWords()
    {
        var everything = await Everything.MakeAsync(app);
        var self = app.As("customer", everything.Customer.ToString());

        var seen = (await self.GetAsync($"/api/v1/customers/{everything.Customer}/timeline?limit=200")).Expect(200);

        Assert.Contains(seen.Json["items"]!.AsArray(), entry => (string?)entry!["kind"] == "transaction");
        Assert.DoesNotContain(seen.Json["items"]!.AsArray(), entry => (string?)entry!["kind"] == "note");
        Assert.DoesNotContain("anna", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("polite", seen.Text, StringComparison.Ordinal);
        Assert.Contains("polite", (await app.As("staff").GetAsync($"/api/v1/customers/{everything.Customer}/timeline?kind=tier")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Empty((await self.GetAsync($"/api/v1/customers/{everything.Customer}/timeline?kind=note")).Expect(200).Json["items"]!.AsArray());
        (await self.GetAsync($"/api/v1/customers/{everything.Referrer}/timeline")).Expect(404);
    }

    [Fact]
    public async Task DeletedCustomers_IsComplianceAlones_AndEachReadIsAudited()
    {
        var customer = (await app.CustomerAsync()).Id;
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        (await app.As("owner").GetAsync($"/api/v1/customers/{customer}/timeline")).Expect(404);
        (await app.As("compliance").GetAsync($"/api/v1/customers/{customer}/timeline")).Expect(200);

        Assert.Equal(
            ["compliance"],
            await app.Database.QueryAsync<string>("select roles from audit_log where action = 'GetTimeline' and @customer = any(customers)", new { customer }));
    }

    private object Points(Guid customer, int minute, long balance) => Events.Balance(app.Business, customer, balance, Noon.AddMinutes(minute));

    private static DateTimeOffset At(JsonObject entry) => (DateTimeOffset)entry["occurredAt"]!;

    private static IEnumerable<string> Ids(JsonObject page) => page["items"]!.AsArray().Select(entry => (string)entry!["id"]!);

    // Money is stored with four decimals.
    private static string Plain(JsonNode part) => System.Text.RegularExpressions.Regex.Replace(part.ToJsonString(), @"(\.\d*?)0+(?=[,}])", match => match.Groups[1].Value.TrimEnd('.'));

    private async Task<JsonObject> PageAsync(Guid customer, string query) =>
        (await app.As("owner").GetAsync($"/api/v1/customers/{customer}/timeline?{query}")).Expect(200).Json;

    private async Task<List<JsonObject>> AllAsync(Guid customer, string query = "", int limit = 200)
    {
        var (all, cursor) = (new List<JsonObject>(), "");
        do
        {
            var page = await PageAsync(customer, string.Join('&', new[] { query, $"limit={limit}", cursor }.Where(part => part.Length > 0)));
            all.AddRange(page["items"]!.AsArray().Select(entry => entry!.AsObject()));
            cursor = (string?)page["nextCursor"] is { } next ? $"cursor={Uri.EscapeDataString(next)}" : "";
        }
        while (cursor.Length > 0);

        return all;
    }
}

using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Businesses;

public sealed class BusinessTests(TestApp app) : IClassFixture<TestApp>
{
    private static readonly object Settings = new
    {
        consentMode = "opt_in",
        defaultMargin = 0.25,
        acquisitionCost = 12.5,
        graceMonths = 6,
        privacyContact = "privacy@example.com",
        processingPurposes = new[] { "Loyalty programme", "Receipts" },
        retentionMonths = 24,
    };

    [Fact]
    public async Task Get_NewBusiness_ShowsDefaults()
    {
        var business = await app.GivenBusinessAsync("Europe/Lisbon", "EUR", "PT");

        var read = (await app.AsOf(business, "owner").GetAsync("/api/v1/business")).Expect(200);

        Assert.Equal("\"1\"", read.ETag);
        Assert.Equal(business, read.Id);
        Assert.Equal("A business", (string?)read.Json["name"]);
        Assert.Equal("ACTIVE", (string?)read.Json["status"]);
        Assert.Equal("Europe/Lisbon", (string?)read.Json["timeZone"]);
        Assert.Equal("EUR", (string?)read.Json["currency"]);
        Assert.Equal("PT", (string?)read.Json["defaultRegion"]);
        Assert.Equal("opt_out", (string?)read.Json["consentMode"]);
        Assert.Equal(3, (int?)read.Json["graceMonths"]);
        Assert.Empty(read.Json["processingPurposes"]!.AsArray());
    }

    [Fact]
    public async Task Put_Settings_AreReadBackAsWritten()
    {
        var owner = app.AsOf(await app.GivenBusinessAsync(), "owner");

        var written = (await owner.PutAsync("/api/v1/business", Settings, "\"1\"")).Expect(200);

        Assert.Equal("\"2\"", written.ETag);
        Assert.Equal("opt_in", (string?)written.Json["consentMode"]);
        Assert.Equal(0.25m, (decimal?)written.Json["defaultMargin"]);
        Assert.Equal(12.5m, (decimal?)written.Json["acquisitionCost"]);
        Assert.Equal(6, (int?)written.Json["graceMonths"]);
        Assert.Equal("privacy@example.com", (string?)written.Json["privacyContact"]);
        Assert.Equal(["Loyalty programme", "Receipts"], written.Json["processingPurposes"]!.AsArray().Select(purpose => (string?)purpose));
        Assert.Equal(24, (int?)written.Json["retentionMonths"]);
        Assert.Equal(written.Text, (await owner.GetAsync("/api/v1/business")).Expect(200).Text);
    }

    [Fact]
    public async Task Put_WithoutOrWithStaleVersion_ChangesNothing()
    {
        var owner = app.AsOf(await app.GivenBusinessAsync(), "owner");
        await owner.PutAsync("/api/v1/business", Settings, "\"1\"");

        Assert.Equal("if_match_missing", (await owner.PutAsync("/api/v1/business", Settings, ifMatch: null)).Expect(428).Problem);
        Assert.Equal("stale_version", (await owner.PutAsync("/api/v1/business", Settings, "\"1\"")).Expect(412).Problem);
        Assert.Equal("\"2\"", (await owner.GetAsync("/api/v1/business")).ETag);
    }

    [Fact]
    public async Task Put_BadValues_NamesEveryFault()
    {
        var refused = (await app.As("owner").PutAsync("/api/v1/business", new
        {
            name = "Mine",
            currency = "EUR",
            consentMode = "maybe",
            defaultMargin = 1.01,
            acquisitionCost = 0.00001,
            processingPurposes = new[] { "" },
            retentionMonths = 0,
            colour = "red",
        })).Expect(400);

        Assert.Equal(
            [
                "/acquisitionCost too_precise", "/colour unknown_field", "/consentMode not_one_of", "/currency read_only",
                "/defaultMargin out_of_range", "/graceMonths required", "/name read_only", "/processingPurposes/0 required",
                "/retentionMonths out_of_range",
            ],
            refused.Faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ClosedBusiness_IsReadAndNeverWritten()
    {
        var closed = await app.GivenBusinessAsync(status: "CLOSED");
        var owner = app.AsOf(closed, "owner");

        Assert.Equal("CLOSED", (string?)(await owner.GetAsync("/api/v1/business")).Expect(200).Json["status"]);
        Assert.Equal("business_closed", (await owner.PutAsync("/api/v1/business", Settings)).Expect(409).Problem);
        Assert.Equal("business_closed", (await owner.PostAsync("/api/v1/customers", new { email = Given.Email() })).Expect(409).Problem);
    }

    [Fact]
    public async Task Put_OneBusiness_LeavesTheOthersAlone()
    {
        var before = (await app.AsOf(app.OtherBusiness, "owner").GetAsync("/api/v1/business")).Text;

        (await app.AsOf(await app.GivenBusinessAsync(), "owner").PutAsync("/api/v1/business", Settings)).Expect(200);

        Assert.Equal(before, (await app.AsOf(app.OtherBusiness, "owner").GetAsync("/api/v1/business")).Text);
    }

    [Fact]
    public async Task BusinessThatDoesNotExist_Is404() =>
        (await app.AsOf(Guid.NewGuid(), "owner").GetAsync("/api/v1/business")).Expect(404);
}

using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>What is in a package: everything about the customer, and nothing of anybody else.</summary>
public sealed class FullExportTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task EveryTableAboutACustomer_IsASectionOrLeftOutWithAReason()
    {
        var about = await app.Database.QueryAsync<string>(
            """
            select c.table_name::text from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name in ('customer_id', 'customers', 'customer_ids', 'person_id')
                and c.udt_name in ('uuid', '_uuid')
            union
            select conrelid::regclass::text from pg_constraint where contype = 'f' and confrelid in ('customers'::regclass, 'people'::regclass, 'transactions'::regclass)
            union values ('customers'), ('people')
            """);
        var sections = ExportSections.All.Select(section => section.Table).ToHashSet();

        Assert.Equal([], about.Except(sections).Except(ExportSections.LeftOut.Keys));
        Assert.Equal([], ExportSections.LeftOut.Keys.Where(table => sections.Contains(table) || !about.Contains(table)));
        Assert.All(ExportSections.LeftOut.Values, reason => Assert.True(reason.Length > 20));
        Assert.Equal(ExportSections.All.Count, ExportSections.All.Select(section => section.Name).Distinct().Count());
    }

    [Fact]
    public async Task FullPackage_HasARowOfEveryTable_InTheWordsThatWereTyped()
    {
        var all = await Everything.MakeAsync(app);
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{all.Customer}", new { reason = "Asked for it." })).Expect(202);

        var package = await app.ExportedAsync(all.Customer);

        Assert.Equal(ExportSections.All.Select(section => section.Name), package.Sections);
        Assert.All(package.Sections, section => Assert.True(package.Json(section).Count > 0, $"{section} is empty."));
        var profile = package.Json("profile")[0]!;
        Assert.Equal(("Søren", "Çelik-O'Neil", "1980-02-29", "@soren"), ((string?)profile["firstName"], (string?)profile["lastName"], (string?)profile["dateOfBirth"], (string?)profile["telegramChatId"]));
        Assert.True((bool)profile["broughtByAnotherCustomer"]!);
        Assert.Equal("Asked for it.", (string?)profile["deletionReason"]);
        Assert.Equal([Everything.Note, "+1 for tea"], package.Json("notes").Select(note => (string)note!["body"]!));
        Assert.Equal(["12.5", "3"], package.Json("transactions").Select(transaction => transaction!["amount"]!.ToJsonString()));
        Assert.Equal(["Grüner Tee", "-20% cake"], package.Json("transaction-items").Select(item => (string)item!["product"]!));
        Assert.Equal("""{"totalSpent":9.5}""", package.Json("tier-history")[0]!["measures"]!.ToJsonString());
        Assert.Equal(["22:00", "08:30"], new[] { "quietHoursStart", "quietHoursEnd" }.Select(name => (string?)package.Json("preferences")[0]![name]));
        Assert.Contains("you", package.Json("consent-history").Select(change => (string)change!["changedBy"]!));
        Assert.Equal("PROCESSING", (string?)package.Json("exports")[0]!["status"]);
        Assert.Equal("Asked for it.", (string?)package.Json("erasure-requests")[0]!["reason"]);
        Assert.Contains("PostNote", package.Json("access-log").Select(entry => (string)entry!["action"]!));
        Assert.Contains("PackExport", package.Json("access-log").Select(entry => (string)entry!["action"]!));
    }

    [Fact]
    public async Task OtherPeople_AreLeftOutOrReducedToARole()
    {
        var all = await Everything.MakeAsync(app);
        await app.CustomerAsync(firstName: "Bystander", lastName: "Blumenkohl");

        var package = await app.ExportedAsync(all.Customer);

        Assert.All(
            new[] { all.Referrer.ToString(), all.Referred.ToString(), "Rosenkohl", "Rotkohl", "Blumenkohl", "staff-member-anna", "anna@staff.example" },
            other => Assert.DoesNotContain(other, package.Everything, StringComparison.Ordinal));
        Assert.Equal("the business", (string?)package.Json("balances")[0]!["changedBy"]);
        Assert.Equal(["a customer"], package.Json("referrals").Select(row => (string)row!["referred"]!));
        Assert.All(package.Json("access-log"), row => Assert.Contains((string)row!["by"]!, (string[])["you", "owner", "compliance", "staff", "service", "system"]));
    }

    [Fact]
    public async Task SomebodyErasedBefore_IsNotToldSo()
    {
        var all = await Everything.MakeAsync(app);

        var package = await app.ExportedAsync(all.Customer);

        Assert.DoesNotContain("erased_before", package.Everything, StringComparison.Ordinal);
        Assert.Equal(["default"], package.Json("consent-history").Where(change => (string?)change!["flag"] == "surveyInvitations").Select(change => (string?)change!["source"]));
    }

    [Fact]
    public async Task Exports_AreToldWithTheCustomersOwnReasons_AndNotWithThoseOfStaff()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.As("customer", customer.ToString()).AskAsync(customer, "BUSINESS_ANALYTICS", "Curious.");
        await app.As("owner").AskAsync(customer, "GDPR_BASIC", "We suspect him.");

        var package = await app.ExportedAsync(customer);

        Assert.Equal(
            ["customer Curious.", "owner ", "compliance "],
            package.Json("exports").Select(export => $"{(string?)export!["requestedBy"]} {(string?)export["reason"]}"));
        Assert.DoesNotContain("We suspect him.", package.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_HoldsNoFormula_AndNumbersAreLeftAsTheyAre()
    {
        var all = await Everything.MakeAsync(app);

        var package = await app.ExportedAsync(all.Customer);

        var profile = package.Csv("profile")[0];
        Assert.Equal("'" + all.Formula, profile["externalId"]);
        Assert.Equal("'" + all.Phone, profile["phone"]);
        Assert.Equal("'@soren", profile["telegramChatId"]);
        Assert.Equal(all.Formula, (string?)package.Json("profile")[0]!["externalId"]);
        Assert.Equal(Everything.Note, package.Csv("notes")[0]["body"]);
        Assert.Equal("'-20% cake", package.Csv("transaction-items")[1]["product"]);
        Assert.Equal("'@lways polite", package.Csv("tier-history")[0]["reason"]);
        Assert.Equal("-5", package.Csv("balances")[0]["balance"]);
        Assert.Equal("", package.Csv("profile")[0]["deletedAt"]);
        Assert.Equal("false", package.Csv("transactions")[0]["isVoided"]);
    }

    [Fact]
    public async Task Index_SaysWhatArticle15Asks_AndEscapesWhatTheBusinessTyped()
    {
        var business = await app.GivenBusinessAsync();
        await app.Database.QueryAsync<int>(
            """
            update businesses set name = '<script>alert(1)</script> & Söhne', privacy_contact = 'privacy@example.com "ask us"',
                processing_purposes = array['To keep your points <b>', 'To send news'], retention_months = 36
            where id = @business
            """,
            new { business });
        var customer = (await app.CustomerAsync(business: business)).Id;

        var index = (await app.ExportedAsync(customer, business: business)).Index;

        Assert.DoesNotContain("<script>", index, StringComparison.Ordinal);
        Assert.DoesNotContain("points <b>", index, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; S", index, StringComparison.Ordinal);
        Assert.All(
            new[] { "privacy@example.com", "To keep your points", "36 months", "Who receives them", "Where they come from", "How decisions are computed", "complain", "profile.csv", "manifest.json" },
            said => Assert.Contains(said, index, StringComparison.Ordinal));
        Assert.Contains("has stated no purposes", (await app.ExportedAsync((await app.CustomerAsync()).Id)).Index, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BasicPackage_IsProfileAndTransactions()
    {
        var all = await Everything.MakeAsync(app);

        var package = await app.ExportedAsync(all.Customer, "GDPR_BASIC");

        Assert.Equal(["profile", "transactions", "transaction-items"], package.Sections);
        Assert.Contains("everything that is kept", package.Index, StringComparison.Ordinal);
        Assert.Empty(package.Manifest["leftOut"]!.AsObject());
    }

    [Fact]
    public async Task Manifest_NamesScopeAndInstants_AndWhatIsLeftOut()
    {
        var before = DateTimeOffset.UtcNow;
        var customer = (await app.CustomerAsync()).Id;

        var manifest = (await app.ExportedAsync(customer)).Manifest;

        Assert.Equal(1, (int)manifest["schemaVersion"]!);
        Assert.Equal((app.Business, customer), ((Guid)manifest["scope"]![0]!["businessId"]!, (Guid)manifest["scope"]![0]!["customerId"]!));
        Assert.All(manifest["sections"]!.AsArray(), section => Assert.InRange(
            DateTimeOffset.Parse((string)section!["asOf"]!, CultureInfo.InvariantCulture), before.AddSeconds(-1), DateTimeOffset.UtcNow));
        Assert.Equal(ExportSections.LeftOut.Keys.Order(), manifest["leftOut"]!.AsObject().Select(one => one.Key).Order());
    }

    [Fact]
    public async Task Row_IsWhatTheSpecificationSays_AndNoKeyOrTextLeavesIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var client = app.As("compliance");
        var export = await client.AskAsync(customer, reason: "Letter of 3 May");

        var view = await client.EndAsync(export);

        var row = (await app.Database.QueryAsync<(string? Data, string? Url, byte[] Key, DateTime Expires, DateTime Created)>(
            "select export_data::text, file_url, wrapped_key, expires_at, created_at from customer_data_exports where id = @export", new { export }))[0];
        Assert.Equal((null, $"/api/v1/exports/{export}/download", TimeSpan.FromDays(30)), (row.Data, row.Url, row.Expires - row.Created));
        Assert.Equal(12 + 32 + 16, row.Key.Length);
        Assert.Equal((100, "Letter of 3 May", row.Url), ((int)view["progress"]!, (string?)view["reason"], (string?)view["fileUrl"]));
        Assert.Equal(ExportSections.All.Count, view["sections"]!.AsArray().Count(section => section!["rows"] is not null));
        Assert.Equal(view["fileBytes"]!.GetValue<long>(), (await app.PackageAsync(TestApp.Token("compliance", [app.Business]), export)).Zip.Length);
    }

    [Fact]
    public async Task Events_TellThatItWasAskedForAndCompleted()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.ExportedAsync(customer);

        var events = await app.Database.QueryAsync<string>(
            "select type || ' ' || (data ->> 'exportType') from outbox where customer_id = @customer and type like 'customers.data_export.%' order by sequence", new { customer });

        Assert.Equal(["customers.data_export.requested GDPR_FULL", "customers.data_export.completed GDPR_FULL"], events);
    }

    [Fact]
    public async Task AuditLog_HasTheRequestTheRunAndEachDownload()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.ExportedAsync(customer);

        var actions = await app.Database.QueryAsync<string>(
            "select action || ' ' || caller from audit_log where @customer = any(customers) and action in ('PostExport', 'PackExport', 'DownloadExport') order by occurred_at", new { customer });

        Assert.Equal(["PostExport development-compliance", "PackExport export", "DownloadExport development-compliance"], actions);
    }

    [Fact]
    public async Task Blobs_AreUnreadableWithoutTheRowsKey_AndOnlyThePackageIsLeft()
    {
        var customer = (await app.CustomerAsync(firstName: "Veryunlikelyname")).Id;
        await app.ExportedAsync(customer);

        var container = new Azure.Storage.Blobs.BlobContainerClient(
            TestBlobs.ConnectionString, app.Host.Services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>()["Storage:ExportsContainer"]);
        var export = (await app.Database.QueryAsync<Guid>("select id from customer_data_exports where customer_id = @customer", new { customer }))[0];
        List<string> Names() =>
            [.. container.GetBlobs(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, ExportFiles.Prefix(app.Business, export), default).Select(blob => blob.Name)];

        await Eventually.TrueAsync(() => Names().Count == 1); // the sections' are deleted just after the row says COMPLETED
        var package = Assert.Single(Names());
        var stored = (await container.GetBlobClient(package).DownloadContentAsync()).Value.Content.ToArray();
        Assert.NotEqual("PK"u8.ToArray(), stored[..2]);
        Assert.Throws<InvalidDataException>(() => Package.Of(stored));
    }
}

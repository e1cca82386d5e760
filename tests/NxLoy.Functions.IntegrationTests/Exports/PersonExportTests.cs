using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.Exports;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>A person's package is of several businesses, and nobody sees it who may not see each of them.</summary>
public sealed class PersonExportTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Package_HoldsEveryBusinessOfTheToken_EachInAFolderOfItsOwn()
    {
        var (here, there, person) = await TiedAsync();
        var both = Both();
        var asked = await AskAsync(person);
        Assert.Null(asked.Json["businessId"]);

        await EndAsync(asked.Id);

        using var response = await app.DownloadAsync(both, asked.Id, null, (Caller.BusinessHeader, app.Business.ToString()));
        var package = Package.Of(await response.Content.ReadAsByteArrayAsync()).Whole();
        Assert.Equal(here, package.Json($"{app.Business}/profile")[0]!["id"]!.GetValue<Guid>());
        Assert.Equal(there, package.Json($"{app.OtherBusiness}/profile")[0]!["id"]!.GetValue<Guid>());
        Assert.Equal(2 * ExportSections.All.Count, package.Sections.Count());
        Assert.Equal(new[] { (app.Business, here), (app.OtherBusiness, there) }, package.Manifest["scope"]!.AsArray().Select(scope => (scope!["businessId"]!.GetValue<Guid>(), scope["customerId"]!.GetValue<Guid>())));
        Assert.DoesNotContain(person.ToString(), package.Everything, StringComparison.Ordinal);
        foreach (var (business, customer) in new[] { (app.Business, here), (app.OtherBusiness, there) })
            Assert.Equal(["customers.data_export.requested", "customers.data_export.completed"], await app.Database.QueryAsync<string>(
                "select type from outbox where business_id = @business and customer_id = @customer and type like '%export%' order by sequence", new { business, customer }));
    }

    [Fact]
    public async Task WhoMayNotSeeEachBusiness_SeesNothingOfIt()
    {
        var (here, there, person) = await TiedAsync();
        var export = (await AskAsync(person)).Id;
        await EndAsync(export);

        foreach (var (business, customer) in new[] { (app.Business, here), (app.OtherBusiness, there) })
        {
            foreach (var client in new[] { app.AsOf(business, "compliance"), app.AsOf(business, "owner"), app.AsOf(business, "customer", customer.ToString()) })
            {
                (await client.GetAsync($"/api/v1/exports/{export}")).Expect(404);
                (await client.GetAsync($"/api/v1/exports/{export}/download")).Expect(404);
                Assert.DoesNotContain(export.ToString(), (await client.GetAsync("/api/v1/exports?limit=200")).Expect(200).Text, StringComparison.Ordinal);
            }

            (await app.AsOf(business, "compliance").PostAsync($"/api/v1/exports/{export}/retry")).Expect(404);
        }

        Assert.Contains(export.ToString(), (await SendAsync(HttpMethod.Get, "/api/v1/exports?limit=200")).Expect(200).Text, StringComparison.Ordinal);
        (await app.AsOf(app.Business, "owner").PostAsync($"/api/v1/people/{person}/export", new { exportType = "GDPR_FULL" })).Expect(403);
    }

    [Fact]
    public async Task PersonWhoIsNoCustomerHere_IsNotThere_AndOneBusinessAloneIsPackedAsFarAsTheTokenGoes()
    {
        var (here, _, person) = await TiedAsync();
        var third = await app.GivenBusinessAsync();

        (await app.AsOf(third, "compliance").PostAsync($"/api/v1/people/{person}/export", new { exportType = "GDPR_BASIC" })).Expect(404);
        var alone = (await app.AsOf(app.Business, "compliance").PostAsync($"/api/v1/people/{person}/export", new { exportType = "GDPR_BASIC" })).Expect(202);

        Assert.Equal(here, alone.Json["customerId"]!.GetValue<Guid>());
        await Eventually.TrueAsync(async () => (string?)(await app.As("compliance").GetAsync($"/api/v1/exports/{alone.Id}")).Expect(200).Json["status"] == "COMPLETED");
    }

    [Fact]
    public async Task ErasureAtOneOfTheBusinesses_EndsThePackage()
    {
        var (_, there, person) = await TiedAsync();
        var export = (await AskAsync(person)).Id;
        await EndAsync(export);
        var services = app.Host.Services;
        var database = services.GetRequiredService<BusinessDatabase>();

        var stopped = (await database.InTransactionAsync<IReadOnlyList<Guid>>(
            app.OtherBusiness, async session => (await StopExports.ExecuteAsync(session, there, DateTimeOffset.UtcNow)).ToList(), default)).Value;
        await services.GetRequiredService<DeleteExportFiles>().ExecuteAsync(app.OtherBusiness, stopped, default);

        Assert.Equal([export], stopped);
        Assert.Equal("EXPIRED", (string?)(await SendAsync(HttpMethod.Get, $"/api/v1/exports/{export}")).Expect(200).Json["status"]);
        var container = new Azure.Storage.Blobs.BlobContainerClient(
            TestBlobs.ConnectionString, services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>()["Storage:ExportsContainer"]);
        Assert.DoesNotContain(container.GetBlobs(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, null, default), blob => blob.Name.Contains(export.ToString(), StringComparison.Ordinal));
    }

    private string Both() => TestApp.Token("compliance", [app.Business, app.OtherBusiness]);

    private Task<Answer> SendAsync(HttpMethod method, string path, object? body = null) =>
        app.WithToken(Both()).SendAsync(method, path, body, (Caller.BusinessHeader, app.Business.ToString()));

    private async Task<Answer> AskAsync(Guid person) => (await SendAsync(HttpMethod.Post, $"/api/v1/people/{person}/export", new { exportType = "GDPR_FULL" })).Expect(202);

    private Task EndAsync(Guid export) => Eventually.TrueAsync(async () =>
        (string?)(await SendAsync(HttpMethod.Get, $"/api/v1/exports/{export}")).Expect(200).Json["status"] == "COMPLETED");

    private async Task<(Guid Here, Guid There, Guid Person)> TiedAsync()
    {
        var (here, there) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync(business: app.OtherBusiness)).Id);
        var person = await SendAsync(HttpMethod.Put, $"/api/v1/customers/{here}/person", new { businessId = app.OtherBusiness, customerId = there });
        return (here, there, person.Expect(200).Id);
    }
}

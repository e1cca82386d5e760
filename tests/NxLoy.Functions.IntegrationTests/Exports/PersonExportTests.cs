using Microsoft.Extensions.DependencyInjection;
using Npgsql;
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
    public async Task TokenOfMoreOrFewerBusinesses_AsksForAnotherPackage()
    {
        var (here, there, person) = await TiedAsync();
        var ofBoth = await OpenAsync("GDPR_FULL", [app.Business, app.OtherBusiness], [here, there]);
        var ofOne = await OpenAsync("GDPR_BASIC", [app.Business], [here]);
        var compliance = app.AsOf(app.Business, "compliance");

        var narrower = (await compliance.PostAsync($"/api/v1/people/{person}/export", new { exportType = "GDPR_FULL" })).Expect(202).Id;
        var wider = (await SendAsync(HttpMethod.Post, $"/api/v1/people/{person}/export", new { exportType = "GDPR_BASIC" })).Expect(202).Id;

        Assert.NotEqual(ofBoth, narrower);
        Assert.NotEqual(ofOne, wider);
        Assert.Equal(ofBoth, (await AskAsync(person)).Id);
        Assert.Equal(ofOne, (await compliance.PostAsync($"/api/v1/people/{person}/export", new { exportType = "GDPR_BASIC" })).Expect(202).Id);
        foreach (var (export, customers) in new[] { (ofBoth, [here, there]), (ofOne, [here]), (narrower, [here]), (wider, new[] { here, there }) })
        {
            Assert.Equal(customers, (await app.Database.QueryAsync<Guid[]>("select customer_ids from customer_data_exports where id = @export", new { export }))[0]);
            await EndAsync(export);
        }
    }

    [Fact]
    public async Task Replay_WithATokenOfFewerBusinesses_IsNotFound()
    {
        var (_, _, person) = await TiedAsync();
        var key = (Posts.KeyHeader, Guid.NewGuid().ToString());
        var (path, body) = ($"/api/v1/people/{person}/export", new { exportType = "GDPR_FULL" });
        var asked = (await app.WithToken(Both()).SendAsync(HttpMethod.Post, path, body, (Caller.BusinessHeader, app.Business.ToString()), key)).Expect(202);

        Assert.Equal("not_found", (await app.AsOf(app.Business, "compliance").PostAsync(path, body, key)).Expect(404).Problem);

        await EndAsync(asked.Id);
    }

    [Fact]
    public async Task OtherBusinesses_AreNotToldInTheirPackages_WhatWasAskedForHere()
    {
        var (_, there, person) = await TiedAsync();
        var asked = (await SendAsync(HttpMethod.Post, $"/api/v1/people/{person}/export", new { exportType = "GDPR_BASIC", reason = "Asked at the counter here." })).Expect(202);
        await EndAsync(asked.Id);

        var package = await app.ExportedAsync(there, business: app.OtherBusiness);

        Assert.DoesNotContain(asked.Id.ToString(), package.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("Asked at the counter here.", package.Everything, StringComparison.Ordinal);
        Assert.Single(package.Json("exports"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ErasureAtOneOfTheBusinesses_EndsThePackages_AndLeavesNoTie(bool isWhereItWasAskedIn)
    {
        var (here, there, person) = await TiedAsync();
        var packed = (await AskAsync(person)).Id;
        await EndAsync(packed);
        var open = await OpenAsync("GDPR_BASIC", [app.Business, app.OtherBusiness], [here, there]);
        var (business, erased) = isWhereItWasAskedIn ? (app.Business, here) : (app.OtherBusiness, there);
        var hourAgo = app.BusinessNow().AddHours(-1);

        var stopped = (await app.Host.Services.GetRequiredService<BusinessDatabase>().InTransactionAsync<IReadOnlyList<Guid>>(
            business,
            async session =>
            {
                var stopping = await StopExports.ExecuteAsync(session, erased, hourAgo);
                await session.ExecuteAsync("delete from outbox where business_id = @business and customer_id = @erased", new { business, erased });
                await StopExports.TellAsync(session, stopping, hourAgo);
                return stopping.ToList();
            },
            default)).Value;

        Assert.Equal(new[] { packed, open }.Order(), stopped.Order());
        var rows = await app.Database.QueryAsync<(string Status, Guid[] Businesses, Guid[] Customers)>(
            "select status, business_ids, customer_ids from customer_data_exports where id = any(@ids) order by status", new { ids = new[] { packed, open } });
        Assert.Equal(["EXPIRED", "FAILED"], rows.Select(row => row.Status));
        Assert.All(rows, row => Assert.Equal([app.Business], row.Businesses));
        Assert.All(rows, row => Assert.Equal([here], row.Customers));
        Assert.Empty(await app.Database.QueryAsync<Guid>("select export_id from customer_data_export_sections where export_id = @packed and customer_id <> @here", new { packed, here }));
        foreach (var (told, customer) in new[] { (app.Business, here), (app.OtherBusiness, there) })
            Assert.Equal([$"{open} customer_erased"], await app.Database.QueryAsync<string>(
                "select (data ->> 'exportId') || ' ' || (data ->> 'code') from outbox where business_id = @told and customer_id = @customer and type = 'customers.data_export.failed'", new { told, customer }));
        Assert.Equal("customer_erased", (await SendAsync(HttpMethod.Post, $"/api/v1/exports/{open}/retry")).Expect(409).Problem);

        await Eventually.TrueAsync(async () =>
        {
            await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
            return (await app.Database.QueryAsync<bool>("select bool_and(is_swept) from customer_data_exports where id = any(@ids)", new { ids = new[] { packed, open } }))[0];
        });
        Assert.Empty(await app.Database.QueryAsync<string>("select id from functions_host.durable_instances where id = @id", new { id = packed.ToString() }));
        var container = new Azure.Storage.Blobs.BlobContainerClient(
            TestBlobs.ConnectionString, app.Host.Services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>()["Storage:ExportsContainer"]);
        Assert.DoesNotContain(container.GetBlobs(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, null, default), blob => blob.Name.Contains(packed.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("export")]
    [InlineData("retry")]
    public async Task CustomersOfAPerson_AreLockedInTheOrderOfTheirIds_AsTiesLockThem(string act)
    {
        // The one of the business that comes first, and is asked in, comes second.
        var there = (await app.CustomerAsync(business: app.OtherBusiness)).Id;
        var here = (await app.CustomerAsync()).Id;
        var person = await TieAsync(here, there);
        Assert.True(there.CompareTo(here) < 0 && app.Business.CompareTo(app.OtherBusiness) < 0);
        var export = (await AskAsync(person)).Id;
        await EndAsync(export);
        await app.Database.QueryAsync<int>("update customer_data_exports set status = 'FAILED', failure_code = 'storage_full', wrapped_key = null where id = @export", new { export });
        await using var source = NpgsqlDataSource.Create(app.Database.Owner);
        await using var other = await source.OpenConnectionAsync();
        await using var holding = await other.BeginTransactionAsync();
        await LockAsync(there);

        var asked = act == "retry" ? SendAsync(HttpMethod.Post, $"/api/v1/exports/{export}/retry") : AskAsync(person);
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>(
            "select exists (select from pg_stat_activity where datname = current_database() and usename = 'app' and wait_event_type = 'Lock')"))[0]);
        await LockAsync(here); // free: nobody who waits for the first one has the second
        await holding.RollbackAsync();

        await EndAsync((await asked).Expect(202).Id);

        async Task LockAsync(Guid customer)
        {
            await using var command = new NpgsqlCommand("select 1 from customers where id = $1 for update nowait", other) { Parameters = { new() { Value = customer } } };
            await command.ExecuteNonQueryAsync();
        }
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
        return (here, there, await TieAsync(here, there));
    }

    private async Task<Guid> TieAsync(Guid here, Guid there) => (await SendAsync(
        HttpMethod.Put, $"/api/v1/customers/{here}/person", new { businessId = app.OtherBusiness, customerId = there })).Expect(200).Id;

    // One that stays open: nothing packs what waits.
    private async Task<Guid> OpenAsync(string type, Guid[] businesses, Guid[] customers)
    {
        var export = Guid.CreateVersion7();
        await app.Database.QueryAsync<int>(
            """
            insert into customer_data_exports (
                id, customer_id, asked_in, business_ids, customer_ids, export_type, status, requested_by, requested_as, approval, expires_at, created_at, updated_at)
            values (@export, @customer, @business, @businesses, @customers, @type, 'PENDING', 'x', 'compliance', 'WAITING', now() + interval '30 days', now(), now())
            """,
            new { export, customer = customers[0], business = businesses[0], businesses, customers, type });
        return export;
    }
}

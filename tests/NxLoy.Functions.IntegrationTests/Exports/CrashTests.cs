using System.Net.Http.Headers;
using System.Net.Http.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>An export survives a kill at any moment.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private readonly string container = $"exports-{Guid.NewGuid():N}";
    private readonly TestApp app = new() { KeepsFiles = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_ThePackageIsWholeAndThereIsOne()
    {
        var all = await Everything.MakeAsync(app);
        await app.StopHostAsync();
        await using var proxy = new CommitProxy(app.Database.Owner);
        var settings = Through(proxy);
        var process = await AppProcess.StartAsync(settings);
        try
        {
            var (n, wasKilled) = (0, true);
            while (wasKilled)
            {
                await app.Database.QueryAsync<int>("delete from customer_data_exports; delete from idempotency_keys; delete from outbox where type like 'customers.data_export.%'");
                var victim = process;
                proxy.Arm(++n, victim.Kill);
                await AskAsync(victim, all.Customer);
                await Eventually.TrueAsync(async () => !proxy.IsArmed || await StatusAsync() == "COMPLETED");
                wasKilled = !proxy.IsArmed;
                proxy.Disarm();
                if (wasKilled)
                {
                    await process.DisposeAsync();
                    await app.Database.QueryAsync<int>("update functions_host.durable_workers set alive_until = clock_timestamp()");
                    process = await AppProcess.StartAsync(settings);
                    await AskAsync(process, all.Customer); // what a client does that had no answer
                }

                await Eventually.TrueAsync(async () => await StatusAsync() == "COMPLETED");
                await DemandOneAsync(process, n);
            }

            Assert.True(n > 15, $"Only {n} moments were counted.");
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    private async Task DemandOneAsync(AppProcess process, int n)
    {
        var export = Assert.Single(await app.Database.QueryAsync<Guid>("select id from customer_data_exports"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/exports/{export}/download");
        request.Headers.Authorization = Token();
        using var response = await process.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"Killed at {n}: {response.StatusCode}");
        Assert.Equal(["profile", "transactions", "transaction-items"], Package.Of(await response.Content.ReadAsByteArrayAsync()).Whole().Sections);
        Assert.Equal(
            ["customers.data_export.requested", "customers.data_export.completed"],
            await app.Database.QueryAsync<string>("select type from outbox where type like 'customers.data_export.%' order by sequence"));
        await Eventually.TrueAsync(async () => await BlobsAsync(export) == 1);
    }

    private Dictionary<string, string?> Through(CommitProxy proxy)
    {
        var settings = TestBlobs.Settings(app.Database);
        settings["Storage:ExportsContainer"] = container;
        foreach (var name in new[] { "Database:App", "Database:Worker", "EmbeddedRuntime:Database" })
            settings[name] = proxy.Of(settings[name]!);
        settings.Remove("Database:Owner");
        settings["AzureWebJobs.EveryMinuteSignAudit.Disabled"] = "true";
        settings["AzureWebJobs.EveryFiveMinutesSweepExports.Disabled"] = "true";
        return settings;
    }

    private AuthenticationHeaderValue Token() => new("Bearer", TestApp.Token("compliance", [app.Business]));

    private async Task AskAsync(AppProcess process, Guid customer)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/customers/{customer}/export") { Content = JsonContent.Create(new { exportType = "GDPR_BASIC" }) };
            request.Headers.Authorization = Token();
            request.Headers.Add("Idempotency-Key", "the-same");
            using var response = await process.Client.SendAsync(request);
            response.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer.
        }
    }

    private async Task<string?> StatusAsync() => (await app.Database.QueryAsync<string>("select status from customer_data_exports")) is [var status] ? status : null;

    private async Task<int> BlobsAsync(Guid export)
    {
        var count = 0;
        await foreach (var blob in new BlobContainerClient(TestBlobs.ConnectionString, container).GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{app.Business}/{export}/", default))
            count++;
        return count;
    }
}

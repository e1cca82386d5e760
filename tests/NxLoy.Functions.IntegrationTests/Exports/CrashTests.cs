using System.Net.Http.Headers;
using System.Net.Http.Json;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>An export survives a kill at any moment.</summary>
public sealed class CrashTests : IAsyncLifetime
{
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
        var settings = AppProcess.Quiet(app.StartedWith, proxy);

        await new CrashLoop<AppProcess>(proxy, () => AppProcess.StartAsync(settings))
        {
            Prepare = _ => app.Database.QueryAsync<int>(
                "delete from customer_data_exports; delete from idempotency_keys; delete from outbox where type like 'customers.data_export.%'"),
            Begin = process => AskAsync(process, all.Customer), // and again: what a client does that had no answer
            HasEnded = async () => await StatusAsync() == "COMPLETED",
            Check = DemandOneAsync,
        }.RunAsync(moreThan: 8);
    }

    private async Task DemandOneAsync(AppProcess process)
    {
        var export = Assert.Single(await app.Database.QueryAsync<Guid>("select id from customer_data_exports"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/exports/{export}/download");
        request.Headers.Authorization = Token();
        using var response = await process.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        Assert.Equal(["profile", "transactions", "transaction-items"], Package.Of(await response.Content.ReadAsByteArrayAsync()).Whole().Sections);
        Assert.Equal(
            ["customers.data_export.requested", "customers.data_export.completed"],
            await app.Database.QueryAsync<string>("select type from outbox where type like 'customers.data_export.%' order by sequence"));
        await Eventually.TrueAsync(async () => (await app.ExportBlobsAsync()).Count(name => name.StartsWith($"{app.Business}/{export}/", StringComparison.Ordinal)) == 1);
    }

    private AuthenticationHeaderValue Token() => new("Bearer", TestApp.Token("compliance", [app.Business]));

    private async Task AskAsync(AppProcess process, Guid customer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/customers/{customer}/export") { Content = JsonContent.Create(new { exportType = "GDPR_BASIC" }) };
        request.Headers.Authorization = Token();
        request.Headers.Add("Idempotency-Key", "the-same");
        using var response = await process.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private async Task<string?> StatusAsync() => (await app.Database.QueryAsync<string>("select status from customer_data_exports")) is [var status] ? status : null;
}

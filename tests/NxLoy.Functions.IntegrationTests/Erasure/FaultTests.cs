using Azure.Storage.Blobs;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Storage or database gone in the middle of an erasure, a full disk, an export under way: it ends as it would have without.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private BlobProxy? proxy;
    private TestApp? app;

    private BlobProxy Proxy => proxy!;

    private TestApp App => app!;

    public async Task InitializeAsync()
    {
        proxy = await BlobProxy.StartAsync();
        app = new TestApp
        {
            KeepsFiles = true,
            Configure = settings =>
            {
                settings["Storage:ConnectionString"] = Proxy.ConnectionString;
                settings["Logging:LogLevel:Default"] = "None";
            },
        };
        await app.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StorageGoneOrFull_IsWaitedFor_WithTheRowsErasedMeanwhile(bool isFull)
    {
        var person = await KnownPerson.EverywhereAsync(App);
        Proxy.Pass = isFull ? BlobProxy.Full : BlobProxy.Gone;
        var erasure = await BeginAsync(person.Id);
        await StatusAsync(erasure, "PROCESSING");

        // Nobody but compliance sees more of the person than the tombstone already.
        Assert.StartsWith("erased-", (string)(await App.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Expect(200).Json["email"]!, StringComparison.Ordinal);
        Assert.Equal("erasure_ended", (await App.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/cancel")).Expect(409).Problem);
        Proxy.Pass = _ => Task.FromResult(true);

        await StatusAsync(erasure, "COMPLETED");
        Assert.Empty(await Traces.OfAsync(App, [.. person.Identifiers, person.FullName]));
        Assert.Equal([true], await App.Database.QueryAsync<bool>("select is_copied from erasure_ledger where erasure_id = @erasure", new { erasure }));
    }

    [Fact]
    public async Task DatabaseGoneForSeconds_AgainAndAgain_LosesNothing()
    {
        var person = await KnownPerson.EverywhereAsync(App);
        var erasure = await BeginAsync(person.Id);
        for (var n = 0; n < 20; n++)
        {
            await App.Database.QueryAsync<bool>("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
            await Task.Delay(50);
        }

        await StatusAsync(erasure, "COMPLETED");
        Assert.Empty(await Traces.OfAsync(App, [.. person.Identifiers, person.FullName]));
    }

    [Fact]
    public async Task ExportUnderWay_IsStopped_AndItsFilesAreGone()
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Proxy.Pass = async context =>
        {
            if (context.Request.Method == "PUT" && context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal))
            {
                held.TrySetResult();
                await go.Task;
            }

            return true;
        };
        var customer = (await App.CustomerAsync()).Id;
        var (finished, running) = (await FinishedExportAsync(customer), await App.As("compliance").AskAsync(customer));
        await held.Task.WaitAsync(Eventually.Patience);

        var erasure = await BeginAsync(customer);
        await StatusAsync(erasure, "COMPLETED");
        go.SetResult(); // only now the package is written

        Assert.Equal("customer_erased", (string?)(await App.As("compliance").EndAsync(running, "FAILED"))["failureCode"]);
        Assert.Equal("EXPIRED", (string?)(await App.As("compliance").GetAsync($"/api/v1/exports/{finished}")).Expect(200).Json["status"]);
        Assert.Equal("export_expired", (await App.As("compliance").GetAsync($"/api/v1/exports/{finished}/download")).Expect(410).Problem);
        await Eventually.TrueAsync(async () => await FilesAsync() == 0);
        Assert.Empty(await App.Database.QueryAsync<string>(
            "select id from functions_host.durable_instances where id = any(@ids)", new { ids = new[] { finished.ToString(), running.ToString() } }));
        Assert.Equal("customer_erased", (await App.As("compliance").PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_FULL" })).Expect(409).Problem);
        (await App.As("owner").PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_FULL" })).Expect(404);
    }

    // Of another type, so that both can stand side by side; before the proxy holds anything.
    private async Task<Guid> FinishedExportAsync(Guid customer)
    {
        var hold = Proxy.Pass;
        Proxy.Pass = _ => Task.FromResult(true);
        var export = await App.As("compliance").AskAsync(customer, "GDPR_BASIC");
        await App.As("compliance").EndAsync(export);
        Proxy.Pass = hold;
        return export;
    }

    private async Task<Guid> BeginAsync(Guid customer)
    {
        var erasure = (await App.ErasureAsync(customer)).Id;
        await App.Database.QueryAsync<int>(
            "update erasure_requests set status = 'APPROVED', approved_by = 'test', approved_at = requested_at, erase_at = requested_at where id = @erasure", new { erasure });
        await App.Host.InvokeAsync("EveryDaySweepErasures");
        return erasure;
    }

    private async Task<int> FilesAsync()
    {
        var files = 0;
        await foreach (var _ in new BlobServiceClient(TestBlobs.ConnectionString).GetBlobContainerClient(App.Containers.Single(name => name.StartsWith("exports", StringComparison.Ordinal))).GetBlobsAsync())
            files++;
        return files;
    }

    private Task StatusAsync(Guid erasure, string status) => Eventually.TrueAsync(async () =>
        (await App.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure })) is [var now] && now == status);
}

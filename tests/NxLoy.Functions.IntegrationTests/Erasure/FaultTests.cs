using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Storage or database gone in the middle of an erasure, a full disk, an export under way: it ends as it would have without.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly FaultyApp faulty = new();

    private TestApp App => faulty.App;

    public Task InitializeAsync() => faulty.InitializeAsync();

    public Task DisposeAsync() => faulty.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StorageGoneOrFull_IsWaitedFor_WithTheRowsErasedMeanwhile(bool isFull)
    {
        var person = await KnownPerson.EverywhereAsync(App);
        faulty.Storage.Pass = isFull ? BlobProxy.Full : BlobProxy.Gone;
        var erasure = await BeginAsync(person.Id);
        await StatusAsync(erasure, "PROCESSING");

        // Nobody but compliance sees more of the person than the tombstone already.
        Assert.StartsWith("erased-", (string)(await App.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Expect(200).Json["email"]!, StringComparison.Ordinal);
        Assert.Equal("erasure_ended", (await App.As("compliance").PostAsync($"/api/v1/erasures/{erasure}/cancel")).Expect(409).Problem);
        faulty.Mend();

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
        var customer = (await App.CustomerAsync()).Id;
        var finished = await App.As("compliance").AskAsync(customer, "GDPR_BASIC"); // of another type, so that both can stand side by side
        await App.As("compliance").EndAsync(finished);
        var package = faulty.Hold(request => request.Method == "PUT" && request.Path.Value!.Contains("package.", StringComparison.Ordinal));
        var running = await App.As("compliance").AskAsync(customer);
        await package.ComeAsync();

        var erasure = await BeginAsync(customer);
        await StatusAsync(erasure, "COMPLETED");
        package.Release(); // only now it is written

        Assert.Equal("customer_erased", (string?)(await App.As("compliance").EndAsync(running, "FAILED"))["failureCode"]);
        Assert.Equal("EXPIRED", (string?)(await App.As("compliance").GetAsync($"/api/v1/exports/{finished}")).Expect(200).Json["status"]);
        Assert.Equal("export_expired", (await App.As("compliance").GetAsync($"/api/v1/exports/{finished}/download")).Expect(410).Problem);
        await Eventually.TrueAsync(async () => (await App.ExportBlobsAsync()).Count == 0);
        Assert.Empty(await App.Database.QueryAsync<string>(
            "select id from functions_host.durable_instances where id = any(@ids)", new { ids = new[] { finished.ToString(), running.ToString() } }));
        Assert.Equal("customer_erased", (await App.As("compliance").PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_FULL" })).Expect(409).Problem);
        (await App.As("owner").PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_FULL" })).Expect(404);
    }

    private async Task<Guid> BeginAsync(Guid customer)
    {
        var erasure = (await App.ErasureAsync(customer)).Id;
        await App.Database.QueryAsync<int>(
            "update erasure_requests set status = 'APPROVED', approved_by = 'test', approved_at = requested_at, erase_at = requested_at where id = @erasure", new { erasure });
        await App.Host.InvokeAsync("EveryDaySweepErasures");
        return erasure;
    }

    private Task StatusAsync(Guid erasure, string status) => Eventually.TrueAsync(async () =>
        (await App.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure })) is [var now] && now == status);
}

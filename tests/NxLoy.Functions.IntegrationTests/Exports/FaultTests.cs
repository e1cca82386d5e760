using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>Storage or database gone in the middle, or a full disk: each ends in a clear state, and nothing is lost.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly FaultyApp faulty = new();

    private TestApp App => faulty.App;

    public Task InitializeAsync() => faulty.InitializeAsync();

    public Task DisposeAsync() => faulty.DisposeAsync();

    [Fact]
    public async Task StorageGone_WhileSectionsAreWritten_IsWaitedFor()
    {
        await App.ExportBlobsAsync();
        faulty.Storage.Pass = BlobProxy.Gone;
        var export = await faulty.AskAsync();
        await faulty.FaultAsync(export, "storage_unavailable");

        faulty.Mend();

        await faulty.CompletedAsync(export);
    }

    [Fact]
    public async Task StorageGone_WhileThePackageIsWritten_IsWaitedFor()
    {
        faulty.Storage.Pass = context => Task.FromResult(!context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal));
        var export = await faulty.AskAsync();
        await faulty.FaultAsync(export, "storage_unavailable");

        faulty.Mend();

        await faulty.CompletedAsync(export);
    }

    [Fact]
    public async Task StorageGone_WhenThePackageExpires_TheKeyIsGoneAtOnceAndTheBlobLater()
    {
        var export = await faulty.AskAsync();
        await faulty.CompletedAsync(export);
        faulty.Storage.Pass = BlobProxy.Gone;

        await App.Host.AdvanceAsync(TimeSpan.FromDays(30));
        await App.As("compliance").EndAsync(export, "EXPIRED");
        Assert.Single(await App.ExportBlobsAsync());
        faulty.Mend();

        await faulty.HurryAsync(async () => (await App.ExportBlobsAsync()).Count == 0);
    }

    [Fact]
    public async Task StorageGone_WhenAPackageIsAskedFor_IsSaidSo()
    {
        var export = await faulty.AskAsync();
        await faulty.CompletedAsync(export);
        faulty.Storage.Pass = BlobProxy.Gone;

        var answer = await App.As("compliance").GetAsync($"/api/v1/exports/{export}/download");

        Assert.Equal("storage_unavailable", answer.Expect(503).Problem);
    }

    [Fact]
    public async Task FullDisk_EndsAsFailed_LeavesNothing_AndCanBeTriedAgain()
    {
        faulty.Storage.Pass = BlobProxy.Full;
        var export = await faulty.AskAsync();

        var row = await faulty.FailedAsync(export);

        Assert.Equal("storage_full", row.Code);
        Assert.True(row.IsKeyGone);
        Assert.Equal("export_not_ready", (await App.As("compliance").GetAsync($"/api/v1/exports/{export}/download")).Expect(409).Problem);
        Assert.Equal(["customers.data_export.requested", "customers.data_export.failed"], await faulty.EventsAsync(export));
        faulty.Mend();
        (await App.As("compliance").PostAsync($"/api/v1/exports/{export}/retry")).Expect(202);
        await faulty.CompletedAsync(export);
    }

    [Fact]
    public async Task DatabaseConnectionsLost_AgainAndAgain_AreMadeAnew()
    {
        var customer = (await App.CustomerAsync()).Id;
        await NoiseAsync(customer);
        var export = await App.As("compliance").AskAsync(customer);
        for (var n = 0; n < 10; n++)
        {
            await App.Database.QueryAsync<bool>("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename in ('app', 'worker') and pid <> pg_backend_pid()");
            await Task.Delay(100);
        }

        await faulty.CompletedAsync(export);
    }

    private Task<IReadOnlyList<int>> NoiseAsync(Guid customer) => App.Database.QueryAsync<int>(
        """
        insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at)
        select @Business, @customer || '-' || n, @customer, 'EMAIL', 'NEWSLETTER', 'Noise', repeat(md5(n::text), 2000), now() from generate_series(1, 300) n
        """,
        new { App.Business, customer });
}

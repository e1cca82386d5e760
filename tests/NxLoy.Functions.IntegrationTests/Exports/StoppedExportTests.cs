using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>An erasure, a sweep or an end while an export writes: what was decided holds, whatever is written afterwards.</summary>
public sealed class StoppedExportTests : IAsyncLifetime
{
    private readonly FaultyApp faulty = new();

    private TestApp App => faulty.App;

    public Task InitializeAsync() => faulty.InitializeAsync();

    public Task DisposeAsync() => faulty.DisposeAsync();

    [Fact]
    public async Task ExportThatEndedWhileItsPackageWasWritten_DoesNotComplete_AndLeavesNoPackage()
    {
        // The request that makes the package's blob out of its blocks.
        var package = faulty.HoldFirst(request => request.Path.Value!.Contains("package.", StringComparison.Ordinal) && request.Query["comp"] == "blocklist");
        var export = await faulty.AskAsync();
        await package.ComeAsync();
        await App.Database.QueryAsync<int>("update customer_data_exports set status = 'FAILED', failure_code = 'customer_erased', wrapped_key = null where id = @export", new { export });

        package.Release();

        await Eventually.TrueAsync(async () => (await App.Database.QueryAsync<bool>(
            "select status = 'Completed' from functions_host.durable_instances where id = @id", new { id = export.ToString() })) is [true]);
        Assert.DoesNotContain(await App.ExportBlobsAsync(), name => name.Contains("package.", StringComparison.Ordinal));
        Assert.Equal("FAILED", (string?)(await App.As("compliance").GetAsync($"/api/v1/exports/{export}")).Expect(200).Json["status"]);
        Assert.DoesNotContain("customers.data_export.completed", await faulty.EventsAsync(export));
    }

    [Fact]
    public async Task RetryWhileTheSweepDeletes_KeepsWhatItWrote()
    {
        var export = await faulty.AskAsync();
        await faulty.CompletedAsync(export);
        await App.Database.QueryAsync<int>(
            """
            update customer_data_exports
            set status = 'FAILED', failure_code = 'storage_full', wrapped_key = null, file_blob = null, updated_at = now() - interval '1 hour'
            where id = @export
            """,
            new { export });
        var list = faulty.HoldFirst(request => request.Query["comp"] == "list");
        var sweep = App.Host.InvokeAsync("EveryFiveMinutesSweepExports");
        await list.ComeAsync();

        (await App.As("compliance").PostAsync($"/api/v1/exports/{export}/retry")).Expect(202);
        await App.As("compliance").EndAsync(export);
        list.Release(); // and now the sweep sees what the second run wrote
        await sweep;

        await Eventually.TrueAsync(async () => (await App.ExportBlobsAsync()).Count == 1); // the sections are deleted last
        (await App.PackageAsync(TestApp.Token("compliance", [App.Business]), export)).Whole();
        Assert.Equal([false], await App.Database.QueryAsync<bool>("select is_swept from customer_data_exports where id = @export", new { export }));
    }

    [Fact]
    public async Task ErasureWhileASectionIsWritten_StopsTheExport_AndLeavesNoBlob()
    {
        var section = faulty.Hold(request => request.Method == "PUT" && request.Path.Value!.EndsWith(".gz", StringComparison.Ordinal));
        var customer = (await App.CustomerAsync()).Id;
        var export = await App.As("compliance").AskAsync(customer);
        await section.ComeAsync();

        await EraseAsync(customer);
        section.Release(); // and now it is written, after everything was deleted

        await StoppedAsync(export);
    }

    [Fact]
    public async Task ErasureWhileThePackageIsWritten_StopsTheExport_AndLeavesNoBlob()
    {
        var package = faulty.Hold(request => request.Query["comp"] == "blocklist" && request.Path.Value!.Contains("package.", StringComparison.Ordinal));
        var customer = (await App.CustomerAsync()).Id;
        var export = await App.As("compliance").AskAsync(customer);
        await package.ComeAsync();

        await EraseAsync(customer);
        package.Release();

        await StoppedAsync(export);
    }

    private async Task EraseAsync(Guid customer)
    {
        var stopped = await App.Host.Services.GetRequiredService<BusinessDatabase>().InTransactionAsync<IReadOnlyList<Guid>>(
            App.Business, async session => (await StopExports.ExecuteAsync(session, customer, DateTimeOffset.UtcNow)).ToList(), default);
        await App.Host.Services.GetRequiredService<DeleteExportFiles>().ExecuteAsync(App.Business, stopped.Value, default);
    }

    private async Task StoppedAsync(Guid export)
    {
        await Eventually.TrueAsync(async () => (await App.Database.QueryAsync<bool>(
            "select status = 'Completed' from functions_host.durable_instances where id = @id", new { id = export.ToString() })) is [true]);
        Assert.Equal("customer_erased", (string?)(await App.As("compliance").EndAsync(export, "FAILED"))["failureCode"]);
        Assert.Empty(await App.ExportBlobsAsync());
    }
}

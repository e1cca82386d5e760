using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>Storage or database gone in the middle, a full disk, an erasure meanwhile: each ends in a clear state, and nothing is lost.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private readonly string container = $"exports-{Guid.NewGuid():N}";
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
                settings["Storage:ExportsContainer"] = container;
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

    [Fact]
    public async Task StorageGone_WhileSectionsAreWritten_IsWaitedFor()
    {
        await AskBlobsAsync();
        Proxy.Pass = BlobProxy.Gone;
        var export = await AskAsync();
        await FaultAsync(export, "storage_unavailable");

        Proxy.Pass = _ => Task.FromResult(true);

        await CompletedAsync(export);
    }

    [Fact]
    public async Task StorageGone_WhileThePackageIsWritten_IsWaitedFor()
    {
        Proxy.Pass = context => Task.FromResult(!context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal));
        var export = await AskAsync();
        await FaultAsync(export, "storage_unavailable");

        Proxy.Pass = _ => Task.FromResult(true);

        await CompletedAsync(export);
    }

    [Fact]
    public async Task StorageGone_WhenThePackageExpires_TheKeyIsGoneAtOnceAndTheBlobLater()
    {
        var export = await AskAsync();
        await CompletedAsync(export);
        Proxy.Pass = BlobProxy.Gone;

        await App.Host.AdvanceAsync(TimeSpan.FromDays(30));
        await App.As("compliance").EndAsync(export, "EXPIRED");
        Assert.Single(await AskBlobsAsync());
        Proxy.Pass = _ => Task.FromResult(true);

        await HurryAsync(async () => (await AskBlobsAsync()).Count == 0);
    }

    [Fact]
    public async Task StorageGone_WhenAPackageIsAskedFor_IsSaidSo()
    {
        var export = await AskAsync();
        await CompletedAsync(export);
        Proxy.Pass = BlobProxy.Gone;

        var answer = await App.As("compliance").GetAsync($"/api/v1/exports/{export}/download");

        Assert.Equal("storage_unavailable", answer.Expect(503).Problem);
    }

    [Fact]
    public async Task ExportThatEndedWhileItsPackageWasWritten_DoesNotComplete_AndLeavesNoPackage()
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Proxy.Pass = async context =>
        {
            // The request that makes the package's blob out of its blocks.
            if (context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal) && context.Request.Query["comp"] == "blocklist" && held.TrySetResult())
                await go.Task;
            return true;
        };
        var export = await AskAsync();
        await held.Task.WaitAsync(Eventually.Patience);
        await App.Database.QueryAsync<int>("update customer_data_exports set status = 'FAILED', failure_code = 'customer_erased', wrapped_key = null where id = @export", new { export });

        go.SetResult();

        await Eventually.TrueAsync(async () => (await App.Database.QueryAsync<bool>(
            "select status = 'Completed' from functions_host.durable_instances where id = @id", new { id = export.ToString() })) is [true]);
        Assert.DoesNotContain(await AskBlobsAsync(), name => name.Contains("package.", StringComparison.Ordinal));
        Assert.Equal("FAILED", (string?)(await App.As("compliance").GetAsync($"/api/v1/exports/{export}")).Expect(200).Json["status"]);
        Assert.DoesNotContain("customers.data_export.completed", await EventsAsync(export));
    }

    [Fact]
    public async Task FullDisk_EndsAsFailed_LeavesNothing_AndCanBeTriedAgain()
    {
        Proxy.Pass = BlobProxy.Full;
        var export = await AskAsync();

        var row = await FailedAsync(export);

        Assert.Equal("storage_full", row.Code);
        Assert.True(row.IsKeyGone);
        Assert.Equal("export_not_ready", (await App.As("compliance").GetAsync($"/api/v1/exports/{export}/download")).Expect(409).Problem);
        Assert.Equal(["customers.data_export.requested", "customers.data_export.failed"], await EventsAsync(export));
        Proxy.Pass = _ => Task.FromResult(true);
        (await App.As("compliance").PostAsync($"/api/v1/exports/{export}/retry")).Expect(202);
        await CompletedAsync(export);
    }

    [Fact]
    public async Task RetryWhileTheSweepDeletes_KeepsWhatItWrote()
    {
        var export = await AskAsync();
        await CompletedAsync(export);
        await App.Database.QueryAsync<int>(
            """
            update customer_data_exports
            set status = 'FAILED', failure_code = 'storage_full', wrapped_key = null, file_blob = null, updated_at = now() - interval '1 hour'
            where id = @export
            """,
            new { export });
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Proxy.Pass = async context =>
        {
            if (context.Request.Query["comp"] == "list" && held.TrySetResult())
                await go.Task;
            return true;
        };
        var sweep = App.Host.InvokeAsync("EveryFiveMinutesSweepExports");
        await held.Task.WaitAsync(Eventually.Patience);

        (await App.As("compliance").PostAsync($"/api/v1/exports/{export}/retry")).Expect(202);
        await App.As("compliance").EndAsync(export);
        go.SetResult(); // and now the sweep sees what the second run wrote
        await sweep;

        (await App.PackageAsync(TestApp.Token("compliance", [App.Business]), export)).Whole();
        Assert.Equal([false], await App.Database.QueryAsync<bool>("select is_swept from customer_data_exports where id = @export", new { export }));
        Assert.Single(await AskBlobsAsync());
    }

    [Fact]
    public async Task RowsThatAJoinLost_AreFoundOut()
    {
        var customer = (await App.CustomerAsync()).Id;
        await App.Database.QueryAsync<int>(
            """
            alter table customer_segment_assignments drop constraint customer_segment_assignments_business_id_segment_id_fkey;
            insert into customer_segment_assignments (business_id, segment_id, customer_id, assigned_at, last_calculated)
            values (@Business, gen_random_uuid(), @customer, now(), now());
            """,
            new { App.Business, customer });
        var export = await App.As("compliance").AskAsync(customer);

        Assert.Equal("incomplete", (await FailedAsync(export)).Code);
        await HurryAsync(async () =>
        {
            await App.Host.InvokeAsync("EveryFiveMinutesSweepExports");
            return (await AskBlobsAsync()).Count == 0;
        });
    }

    [Fact]
    public async Task SectionThatWasNotWritten_IsFoundOut()
    {
        var export = await AskAsync();
        await CompletedAsync(export);
        await App.Database.QueryAsync<int>(
            """
            update customer_data_exports set status = 'PROCESSING' where id = @export;
            update customer_data_export_sections set rows = null, as_of = null, columns = null, attempt = null where export_id = @export and section = 'profile';
            """,
            new { export });

        await Assert.ThrowsAsync<IncompleteExportException>(() => App.Host.Services.GetRequiredService<PackExport>().ExecuteAsync(new ExportRun(export, App.Business, 1), default));
    }

    [Fact]
    public async Task FileWithOtherRowsThanItsTable_IsFoundOut()
    {
        Proxy.Pass = context => Task.FromResult(!context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal));
        var export = await AskAsync();
        await FaultAsync(export, "storage_unavailable");
        await App.Database.QueryAsync<int>("update customer_data_export_sections set rows = rows + 1 where export_id = @export and section = 'profile'", new { export });

        Proxy.Pass = _ => Task.FromResult(true);

        Assert.Equal("incomplete", (await FailedAsync(export)).Code);
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

        await CompletedAsync(export);
    }

    [Fact]
    public async Task ErasureWhileASectionIsWritten_StopsTheExport_AndLeavesNoBlob()
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Proxy.Pass = async context =>
        {
            if (context.Request.Method == "PUT" && context.Request.Path.Value!.EndsWith(".gz", StringComparison.Ordinal))
            {
                held.TrySetResult();
                await go.Task;
            }

            return true;
        };
        var customer = (await App.CustomerAsync()).Id;
        var export = await App.As("compliance").AskAsync(customer);
        await held.Task.WaitAsync(Eventually.Patience);

        await EraseAsync(customer);
        go.SetResult(); // and now the section is written, after everything was deleted

        await StoppedAsync(export);
    }

    [Fact]
    public async Task ErasureWhileThePackageIsWritten_StopsTheExport_AndLeavesNoBlob()
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Proxy.Pass = async context =>
        {
            if (context.Request.Query["comp"] == "blocklist" && context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal))
            {
                held.TrySetResult();
                await go.Task;
            }

            return true;
        };
        var customer = (await App.CustomerAsync()).Id;
        var export = await App.As("compliance").AskAsync(customer);
        await held.Task.WaitAsync(Eventually.Patience);

        await EraseAsync(customer);
        go.SetResult();

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
        Assert.Empty(await AskBlobsAsync());
    }

    // Few sections: each try of each waits some seconds for a storage that is gone.
    private async Task<Guid> AskAsync() => await App.As("compliance").AskAsync((await App.CustomerAsync()).Id, "GDPR_BASIC");

    private Task FaultAsync(Guid export, string code) => Eventually.TrueAsync(async () =>
        (await App.Database.QueryAsync<string>("select last_fault from customer_data_exports where id = @export", new { export })) is [{ } fault] && fault == code);

    private async Task CompletedAsync(Guid export)
    {
        await HurryAsync(async () => (string?)(await App.As("compliance").GetAsync($"/api/v1/exports/{export}")).Expect(200).Json["status"] is "COMPLETED");
        (await App.PackageAsync(TestApp.Token("compliance", [App.Business]), export)).Whole();
        await HurryAsync(async () => (await AskBlobsAsync()).Count == 1);
        Assert.Single(await EventsAsync(export), type => type == "customers.data_export.completed");
    }

    private async Task<(string Code, bool IsKeyGone)> FailedAsync(Guid export)
    {
        await HurryAsync(async () => (string?)(await App.As("compliance").GetAsync($"/api/v1/exports/{export}")).Expect(200).Json["status"] is "FAILED");
        return (await App.Database.QueryAsync<(string, bool)>("select failure_code, wrapped_key is null from customer_data_exports where id = @export", new { export }))[0];
    }

    // Pauses before the next try are business time: they are skipped.
    private Task HurryAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(async () =>
    {
        await App.Host.AdvanceAsync(TimeSpan.FromMinutes(3));
        await Task.Delay(200);
        return await condition();
    });

    private Task<IReadOnlyList<string>> EventsAsync(Guid export) => App.Database.QueryAsync<string>(
        "select type from outbox where data ->> 'exportId' = @export::text order by sequence", new { export });

    private Task<IReadOnlyList<int>> NoiseAsync(Guid customer) => App.Database.QueryAsync<int>(
        """
        insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at)
        select @Business, @customer || '-' || n, @customer, 'EMAIL', 'NEWSLETTER', 'Noise', repeat(md5(n::text), 2000), now() from generate_series(1, 300) n
        """,
        new { App.Business, customer });

    // Past the proxy.
    private async Task<List<string>> AskBlobsAsync()
    {
        var names = new List<string>();
        var blobs = new BlobContainerClient(TestBlobs.ConnectionString, container);
        await blobs.CreateIfNotExistsAsync();
        await foreach (var blob in blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, default))
            names.Add(blob.Name);
        return names;
    }
}

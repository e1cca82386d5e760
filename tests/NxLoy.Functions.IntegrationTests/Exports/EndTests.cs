using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>How exports end: by time, by the sweep, by an erasure; and how a failed one begins again.</summary>
public sealed class EndTests : IAsyncLifetime
{
    private readonly TestApp app = new() { KeepsFiles = true };

    private BlobContainerClient Container => new(TestBlobs.ConnectionString, app.Host.Services.GetRequiredService<IConfiguration>()["Storage:ExportsContainer"]);

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task ThirtyDaysOn_PackageAndKeyAreGone()
    {
        var (export, token) = await CompletedAsync();
        await app.Host.AdvanceAsync(TimeSpan.FromDays(29));
        using (var still = await app.DownloadAsync(token, export))
            Assert.Equal(System.Net.HttpStatusCode.OK, still.StatusCode);

        await app.Host.AdvanceAsync(TimeSpan.FromDays(1));

        await app.As("compliance").EndAsync(export, "EXPIRED");
        await Eventually.TrueAsync(async () => (await app.ExportBlobsAsync()).Count == 0);
        Assert.Equal([true], await app.Database.QueryAsync<bool>("select wrapped_key is null and file_blob is null and file_url is null from customer_data_exports where id = @export", new { export }));
        Assert.Equal("export_expired", (await app.As("compliance").GetAsync($"/api/v1/exports/{export}/download")).Expect(410).Problem);
        Assert.Null((await app.As("compliance").GetAsync($"/api/v1/exports/{export}")).Json["fileUrl"]);
        await app.Host.AdvanceAsync(TimeSpan.FromMinutes(3));
        await SweptAsync(export);
    }

    [Fact]
    public async Task TimeThatIsOver_EndsTheDownload_BeforeAnybodyHasSwept()
    {
        var (export, _) = await CompletedAsync();
        await app.Database.QueryAsync<int>("update customer_data_exports set expires_at = now() - interval '1 second' where id = @export", new { export });

        Assert.Equal("export_expired", (await app.As("compliance").GetAsync($"/api/v1/exports/{export}/download")).Expect(410).Problem);

        await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
        Assert.Equal("EXPIRED", (string?)(await app.As("compliance").GetAsync($"/api/v1/exports/{export}")).Json["status"]);
        Assert.Empty(await app.ExportBlobsAsync());
    }

    [Fact]
    public async Task PackageThatIsGoneAtThisMoment_IsExpired()
    {
        var (export, _) = await CompletedAsync();
        foreach (var name in await app.ExportBlobsAsync())
            await Container.DeleteBlobAsync(name);

        Assert.Equal("export_expired", (await app.As("compliance").GetAsync($"/api/v1/exports/{export}/download")).Expect(410).Problem);
    }

    [Fact]
    public async Task NightlySweep_DeletesWhatIsNobodys_AndLeavesPackages()
    {
        var (export, token) = await CompletedAsync();
        var run = new ExportRun(export, app.Business, 1);
        await Container.GetBlobClient(ExportFiles.Prefix(run) + "left.over").UploadAsync(BinaryData.FromString("x"));
        await Container.GetBlobClient(ExportFiles.Prefix(app.Business, Guid.NewGuid()) + "unknown.export").UploadAsync(BinaryData.FromString("x"));
        await Container.GetBlobClient("no/export/at/all").UploadAsync(BinaryData.FromString("x"));

        await app.Host.InvokeAsync("EveryNightSweepExportFiles");

        Assert.Equal(2, (await app.ExportBlobsAsync()).Count);
        Assert.DoesNotContain(await app.ExportBlobsAsync(), name => name.EndsWith("left.over", StringComparison.Ordinal) || name.EndsWith("unknown.export", StringComparison.Ordinal));
        (await app.PackageAsync(token, export)).Whole();
    }

    [Fact]
    public async Task FailedOne_IsSwept_AndItsOrchestrationPurged_AndCanBeTriedAgain()
    {
        var (export, token) = await CompletedAsync();
        await FailAsync(export);

        await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
        Assert.Empty(await app.ExportBlobsAsync());
        await SweptAsync(export);

        var retried = (await app.As("owner").PostAsync($"/api/v1/exports/{export}/retry")).Expect(202);
        Assert.Equal(("PENDING", null), ((string?)retried.Json["status"], (string?)retried.Json["failureCode"]));
        await app.As("owner").EndAsync(export);
        (await app.PackageAsync(token, export)).Whole();
        await LeftAloneAsync(export);
        Assert.Equal("export_not_failed", (await app.As("owner").PostAsync($"/api/v1/exports/{export}/retry")).Expect(409).Problem);
    }

    [Fact]
    public async Task OneThatCannotBeSwept_KeepsNobodyFromTheOthers_AndIsSweptTheNextTime()
    {
        var ((bad, _), (good, _)) = (await CompletedAsync(), await CompletedAsync());
        await FailAsync(bad);
        await FailAsync(good);
        var sweep = app.Host.Services.GetRequiredService<SweepExports>();

        var failure = await Assert.ThrowsAsync<AggregateException>(() => sweep.ExecuteAsync(
            _ => Task.CompletedTask, run => run.ExportId == bad ? throw new IOException("No orchestrations today.") : Task.FromResult(true), default));

        Assert.IsType<IOException>(Assert.Single(failure.InnerExceptions));
        Assert.Equal([good], await app.Database.QueryAsync<Guid>("select id from customer_data_exports where is_swept"));
        await SweptAsync(bad);
    }

    [Fact]
    public async Task WorkOfAnEarlierRun_LeavesNothing()
    {
        var (export, token) = await CompletedAsync();
        var customer = (await app.Database.QueryAsync<Guid>("select customer_id from customer_data_exports where id = @export", new { export }))[0];
        await FailAsync(export);
        (await app.As("owner").PostAsync($"/api/v1/exports/{export}/retry")).Expect(202);
        await app.As("owner").EndAsync(export);
        await LeftAloneAsync(export);
        var services = app.Host.Services;
        var late = new ExportRun(export, app.Business, 1);

        Assert.Empty(await services.GetRequiredService<BeginExport>().ExecuteAsync(late, default));
        Assert.False(await services.GetRequiredService<WriteSection>().ExecuteAsync(new ExportPiece(late, app.Business, customer, "profile"), default));
        Assert.Null(await services.GetRequiredService<PackExport>().ExecuteAsync(late, default));
        await services.GetRequiredService<EndExport>().FailAsync(late, default);
        await services.GetRequiredService<EndExport>().ExpireAsync(late, default);

        (await app.PackageAsync(token, export)).Whole();
        Assert.Single(await app.ExportBlobsAsync());
    }

    [Fact]
    public async Task BeginningThatCouldNotSaySo_IsTakenUpWhereItWas()
    {
        var (export, _) = await CompletedAsync();
        await app.Database.QueryAsync<int>("update customer_data_exports set status = 'PROCESSING' where id = @export", new { export });

        var pieces = await app.Host.Services.GetRequiredService<BeginExport>().ExecuteAsync(new ExportRun(export, app.Business, 1), default);

        Assert.Equal(["profile", "transactions", "transaction-items"], pieces.Select(piece => piece.Section));
        Assert.Equal([3], await app.Database.QueryAsync<int>("select count(rows)::int from customer_data_export_sections where export_id = @export", new { export }));
    }

    [Fact]
    public async Task Month_InWhichNobodyDecides_Warns()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = await app.As("customer", customer.ToString()).AskAsync(customer);
        var alerted = new List<int?>();
        for (var day = 0; day <= 32; day++)
        {
            await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
            alerted.AddRange(await app.Database.QueryAsync<int?>("select alerted_days from customer_data_exports where id = @export", new { export }));
            await app.Host.AdvanceAsync(TimeSpan.FromDays(1));
        }

        Assert.Equal([null, 14, 7, 2, 0], alerted.Distinct());
        Assert.Equal("PENDING", (string?)(await app.As("owner").GetAsync($"/api/v1/exports/{export}")).Json["status"]);
    }

    [Fact]
    public async Task Erasure_EndsEveryExportOfTheCustomer_AndForgetsKeysTextsAndFiles()
    {
        var customer = (await app.CustomerAsync()).Id;
        var packed = await app.As("compliance").AskAsync(customer, reason: "A letter");
        await app.As("compliance").EndAsync(packed);
        var waiting = await app.As("customer", customer.ToString()).AskAsync(customer, "GDPR_BASIC", "Curious");
        var refused = await app.As("customer", customer.ToString()).AskAsync(customer, "BUSINESS_ANALYTICS", "Curious, too");
        (await app.As("owner").PostAsync($"/api/v1/exports/{refused}/reject", new { reason = "We know him." })).Expect(200);
        var (another, _) = await CompletedAsync();

        var stopped = await StopAsync(customer);
        await app.Host.Services.GetRequiredService<DeleteExportFiles>().ExecuteAsync(app.Business, stopped, default);
        await app.Host.Services.GetRequiredService<DeleteExportFiles>().ExecuteAsync(app.Business, stopped, default); // however often

        Assert.Equal(new[] { packed, waiting, refused }.Order(), stopped.Order());
        var rows = await app.Database.QueryAsync<string>(
            """
            select export_type || ' ' || status || ' ' || coalesce(failure_code, '-')
                || ' ' || num_nonnulls(wrapped_key, request_reason, decision_reason, file_url, file_blob)
            from customer_data_exports where customer_id = @customer order by 1
            """,
            new { customer });
        Assert.Equal(["BUSINESS_ANALYTICS FAILED rejected 0", "GDPR_BASIC FAILED customer_erased 0", "GDPR_FULL EXPIRED - 0"], rows);
        Assert.StartsWith(ExportFiles.Prefix(app.Business, another), Assert.Single(await app.ExportBlobsAsync()), StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<Guid>> StopAsync(Guid customer) => (await app.Host.Services.GetRequiredService<BusinessDatabase>().InTransactionAsync<IReadOnlyList<Guid>>(
        app.Business, async session => (await StopExports.ExecuteAsync(session, customer, DateTimeOffset.UtcNow)).ToList(), default)).Value;

    // What has an orchestration that still waits is ended by one sweep, and gone with a later one.
    private async Task SweptAsync(Guid export)
    {
        await Eventually.TrueAsync(async () =>
        {
            await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
            return (await app.Database.QueryAsync<bool>("select is_swept from customer_data_exports where id = @export", new { export }))[0];
        });
        Assert.Empty(await app.Database.QueryAsync<string>("select id from functions_host.durable_instances where id = @id", new { id = export.ToString() }));
    }

    // As a run that fails leaves it, an hour ago.
    private Task<IReadOnlyList<int>> FailAsync(Guid export) => app.Database.QueryAsync<int>(
        """
        update customer_data_exports
        set status = 'FAILED', failure_code = 'storage_full', wrapped_key = null, file_blob = null, updated_at = now() - interval '1 hour'
        where id = @export
        """,
        new { export });

    private async Task<(Guid Export, string Token)> CompletedAsync()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = await app.As("compliance").AskAsync(customer, "GDPR_BASIC");
        await app.As("compliance").EndAsync(export);
        await LeftAloneAsync(export);
        return (export, TestApp.Token("compliance", [app.Business], lifetime: TimeSpan.FromDays(100)));
    }

    // An export is completed before its sections are deleted.
    private Task LeftAloneAsync(Guid export) => Eventually.TrueAsync(async () =>
        (await app.ExportBlobsAsync()).Count(name => name.Contains(export.ToString(), StringComparison.Ordinal)) == 1);
}

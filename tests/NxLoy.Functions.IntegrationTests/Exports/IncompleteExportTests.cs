using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>An export that does not hold all there is fails, rather than to be handed out.</summary>
public sealed class IncompleteExportTests : IAsyncLifetime
{
    private readonly FaultyApp faulty = new();

    private TestApp App => faulty.App;

    public Task InitializeAsync() => faulty.InitializeAsync();

    public Task DisposeAsync() => faulty.DisposeAsync();

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

        Assert.Equal("incomplete", (await faulty.FailedAsync(export)).Code);
        await faulty.HurryAsync(async () =>
        {
            await App.Host.InvokeAsync("EveryFiveMinutesSweepExports");
            return (await App.ExportBlobsAsync()).Count == 0;
        });
    }

    [Fact]
    public async Task SectionThatWasNotWritten_IsFoundOut()
    {
        var export = await faulty.AskAsync();
        await faulty.CompletedAsync(export);
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
        faulty.Storage.Pass = context => Task.FromResult(!context.Request.Path.Value!.Contains("package.", StringComparison.Ordinal));
        var export = await faulty.AskAsync();
        await faulty.FaultAsync(export, "storage_unavailable");
        await App.Database.QueryAsync<int>("update customer_data_export_sections set rows = rows + 1 where export_id = @export and section = 'profile'", new { export });

        faulty.Mend();

        Assert.Equal("incomplete", (await faulty.FailedAsync(export)).Code);
    }
}

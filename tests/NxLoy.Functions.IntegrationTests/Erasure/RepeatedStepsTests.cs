using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Erasure;
using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Activities run at least once: a step that comes again after the end finds it done and changes nothing.</summary>
public sealed class RepeatedStepsTests : IAsyncLifetime
{
    private readonly TestApp app = new() { KeepsFiles = true };

    private ErasureActivities Activities => ActivatorUtilities.CreateInstance<ErasureActivities>(app.Host.Services);

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task EveryStepOnceMore_LeavesRowsEventsFilesAndCertificateAsTheyAre()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var id = await app.EraseAsync(person.Id);
        await app.DurableSettledAsync();
        var before = await StateAsync(id, person.Id);
        var erasure = new ErasureKey(app.Business, id);

        Assert.Equal(ErasureAct.End, (await Activities.PlanErasure(erasure, default)).Act);
        await Activities.EraseRows(erasure, default);
        await Activities.EraseFiles(erasure, app.Host.Services.GetRequiredService<DurableClient>(), default);
        await Activities.CopyToLedger(erasure, default);
        foreach (var part in await Activities.BeginErasureScan(erasure, default))
            Assert.Equal(0, await Activities.ScanForErased(part, default));
        await Activities.CompleteErasure(erasure, default);

        Assert.Equal(before, await StateAsync(id, person.Id));
    }

    [Fact]
    public async Task ExportWhoseOrchestrationIsPurgedAlready_IsNoHindrance()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = await app.As("compliance").AskAsync(customer, "GDPR_BASIC");
        await app.As("compliance").EndAsync(export);
        await app.Database.QueryAsync<int>("delete from functions_host.durable_instances where id = @id", new { id = export.ToString() });

        var id = await app.EraseAsync(customer);

        Assert.Equal("COMPLETED", (string?)(await app.As("compliance").GetAsync($"/api/v1/erasures/{id}")).Expect(200).Json["status"]);
        Assert.Equal("EXPIRED", (string?)(await app.As("compliance").GetAsync($"/api/v1/exports/{export}")).Expect(200).Json["status"]);
    }

    [Fact]
    public void ErasureThatFailedInSpiteOfItsRetries_RaisesAnAlertThatNamesItByItsId()
    {
        using var log = new LogLines();
        app.Host.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var erasure = new ErasureKey(app.Business, Guid.NewGuid());

        Activities.AlertErasureFailed(erasure);

        Assert.Contains($"Alert erasure_failed for business {app.Business}, {erasure.Id}", Assert.Single(log.Lines, line => line.Contains("Alert", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private async Task<string> StateAsync(Guid erasure, Guid customer) => Assert.Single(await app.Database.QueryAsync<string>(
        """
        select concat_ws('|',
            (select e::text from erasure_requests e where e.id = @erasure),
            (select c::text from customers c where c.id = @customer),
            (select string_agg(l::text, ';') from erasure_ledger l where l.erasure_id = @erasure),
            (select string_agg(o::text, ';' order by o.sequence) from outbox o where o.customer_id = @customer),
            (select string_agg(x::text, ';' order by x.id) from customer_data_exports x where x.customer_id = @customer))
        """,
        new { erasure, customer }));
}

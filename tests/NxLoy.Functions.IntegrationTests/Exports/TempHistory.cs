using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

public sealed class TempHistory(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Dump()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = await app.As("compliance").AskAsync(customer, "GDPR_BASIC");
        await app.As("compliance").EndAsync(export);
        await app.Host.AdvanceAsync(TimeSpan.FromDays(31));
        await app.As("compliance").EndAsync(export, "EXPIRED");
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>("select status = 'Completed' from functions_host.durable_instances where id = @id", new { id = export.ToString() })) is [true]);
        using var client = app.Host.CreateClient();
        await File.WriteAllTextAsync("/tmp/export-history.json", await client.GetStringAsync($"/runtime/webhooks/durabletask/instances/{export}?showInput=true&showHistory=true&code={app.Host.MasterKey}"));
    }
}

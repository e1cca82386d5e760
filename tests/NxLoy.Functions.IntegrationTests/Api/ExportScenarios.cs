using NxLoy.Functions.IntegrationTests.Exports;
using static NxLoy.Functions.IntegrationTests.Api.Scenarios;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>Of the operations on exports.</summary>
internal static class ExportScenarios
{
    public static Dictionary<string, Scenario> All { get; } = new()
    {
        ["PostExport"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/export", Full()))
        {
            Problems =
            {
                ["customer_erased"] = async stage => new Call(PathOf(await ErasedAsync(stage)) + "/export", Full()) { Role = "compliance" },
                ["storage_not_configured"] = async stage => new Call(PathOf(await stage.CustomerAsync()) + "/export", Full()) { WithoutStorage = true },
            },
        },
        ["PostPersonExport"] = new(async stage => new Call($"/api/v1/people/{(await CustomerScenarios.TiedAsync(stage)).Person}/export", Full()))
        {
            Problems =
            {
                ["storage_not_configured"] = async stage => new Call($"/api/v1/people/{(await CustomerScenarios.TiedAsync(stage)).Person}/export", Full()) { WithoutStorage = true },
            },
        },
        ["GetExports"] = new(async stage =>
        {
            await ExportAsync(stage, "COMPLETED");
            return new Call("/api/v1/exports");
        }),
        ["GetExport"] = new(stage => ExportAsync(stage, "COMPLETED")),
        ["ApproveExport"] = new(async stage => (await ExportAsync(stage, "WAITING")).Then("/approve"))
        {
            Problems = { ["export_not_waiting"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/approve") },
        },
        ["RejectExport"] = new(async stage => (await ExportAsync(stage, "WAITING")).Then("/reject", new { reason = "This is somebody else." }))
        {
            Problems = { ["export_not_waiting"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/reject", new { reason = "No." }) },
        },
        ["RetryExport"] = new(async stage => (await ExportAsync(stage, "FAILED")).Then("/retry"))
        {
            Problems =
            {
                ["export_not_failed"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/retry"),
                ["export_open"] = async stage =>
                {
                    var failed = await ExportAsync(stage, "FAILED");
                    await ExportAsync(stage, "WAITING", failed.About);
                    return failed.Then("/retry");
                },
                ["customer_erased"] = async stage =>
                {
                    var failed = await ExportAsync(stage, "FAILED");
                    await stage.App.Database.QueryAsync<int>("update customers set deleted_at = now(), erased_at = now() where id = @About", new { failed.About });
                    return failed.Then("/retry") with { Role = "compliance" };
                },
            },
        },
        ["DownloadExport"] = new(async stage => (await ExportAsync(stage, "COMPLETED")).Then("/download"))
        {
            Problems =
            {
                ["export_not_ready"] = async stage => (await ExportAsync(stage, "WAITING")).Then("/download"),
                ["export_expired"] = async stage => (await ExportAsync(stage, "EXPIRED")).Then("/download"),
                ["range_not_satisfiable"] = async stage => (await ExportAsync(stage, "COMPLETED")).Then("/download") with { Headers = [("Range", "bytes=99999999-")] },
            },
        },
    };

    private static object Full() => new { exportType = "GDPR_FULL", reason = $"Asked for it at the counter, {Guid.NewGuid()}." };

    // Really packed, and then brought to the state that is wanted.
    private static async Task<Call> ExportAsync(Stage stage, string state, Guid? of = null)
    {
        var customer = of ?? (await stage.CustomerAsync()).Id;
        var asking = state == "WAITING" ? stage.App.AsOf(stage.Business, "customer", customer.ToString()) : stage.As("compliance");
        var export = await asking.AskAsync(customer, "GDPR_BASIC");
        if (state != "WAITING")
        {
            await asking.EndAsync(export);
            await stage.App.Database.QueryAsync<int>(
                "update customer_data_exports set status = @state, wrapped_key = null, failure_code = 'storage_unavailable' where id = @export and @state <> 'COMPLETED'",
                new { export, state });
        }

        return new Call($"/api/v1/exports/{export}") { About = customer };
    }
}

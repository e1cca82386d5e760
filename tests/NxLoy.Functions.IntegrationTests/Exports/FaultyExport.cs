using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>An export by an app whose storage fails it.</summary>
internal static class FaultyExport
{
    // Few sections: each try of each waits some seconds for a storage that is gone.
    public static async Task<Guid> AskAsync(this FaultyApp faulty) =>
        await faulty.App.As("compliance").AskAsync((await faulty.App.CustomerAsync()).Id, "GDPR_BASIC");

    public static Task FaultAsync(this FaultyApp faulty, Guid export, string code) => Eventually.TrueAsync(async () =>
        (await faulty.App.Database.QueryAsync<string>("select last_fault from customer_data_exports where id = @export", new { export })) is [{ } fault] && fault == code);

    public static async Task CompletedAsync(this FaultyApp faulty, Guid export)
    {
        await faulty.HurryAsync(async () => await faulty.StatusAsync(export) == "COMPLETED");
        (await faulty.App.PackageAsync(TestApp.Token("compliance", [faulty.App.Business]), export)).Whole();
        await faulty.HurryAsync(async () => (await faulty.App.ExportBlobsAsync()).Count == 1);
        Assert.Single(await faulty.EventsAsync(export), type => type == "customers.data_export.completed");
    }

    public static async Task<(string Code, bool IsKeyGone)> FailedAsync(this FaultyApp faulty, Guid export)
    {
        await faulty.HurryAsync(async () => await faulty.StatusAsync(export) == "FAILED");
        return (await faulty.App.Database.QueryAsync<(string, bool)>(
            "select failure_code, wrapped_key is null from customer_data_exports where id = @export", new { export }))[0];
    }

    /// <summary>Waits while business time runs fast: the pauses before a next try are counted in it.</summary>
    public static Task HurryAsync(this FaultyApp faulty, Func<Task<bool>> condition) => Eventually.TrueAsync(async () =>
    {
        await faulty.App.Host.AdvanceAsync(TimeSpan.FromMinutes(3));
        await Task.Delay(100);
        return await condition();
    });

    public static Task<IReadOnlyList<string>> EventsAsync(this FaultyApp faulty, Guid export) => faulty.App.Database.QueryAsync<string>(
        "select type from outbox where data ->> 'exportId' = @export::text order by sequence", new { export });

    // Null where one of the connections that were lost was this request's.
    private static async Task<string?> StatusAsync(this FaultyApp faulty, Guid export) =>
        await faulty.App.As("compliance").GetAsync($"/api/v1/exports/{export}") is { Code: < 500 } answer ? (string?)answer.Expect(200).Json["status"] : null;
}

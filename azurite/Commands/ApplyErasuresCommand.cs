using System.Net.Http.Json;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run apply-erasures</c>: after a restore of the database, has the app erase again whom the ledger names.</summary>
internal static class ApplyErasuresCommand
{
    public static async Task<int> ExecuteAsync(CommandLine line, Checkout checkout, CancellationToken cancellationToken)
    {
        line.Done();
        if (!new App(checkout).IsAlive)
            throw new LauncherException("The app does not run: ./run --detach starts it.");

        var state = StackState.Of(checkout);
        using var http = new HttpClient { BaseAddress = new Uri(state.BaseUrl!) };
        http.DefaultRequestHeaders.Add("x-functions-key", state.MasterKey);
        using var answer = await http.PostAsJsonAsync("/admin/functions/EveryNightApplyErasureLedger", new { }, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new LauncherException($"The app did not take it: {(int)answer.StatusCode} {answer.ReasonPhrase}");

        Console.WriteLine("The ledger in blob storage is compared with the database. Whom the database lacks is erased again; the app's log tells how many, and GET /api/v1/erasures shows each.");
        return 0;
    }
}

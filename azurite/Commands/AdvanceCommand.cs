using System.Net.Http.Json;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run advance 30d</c>: moves business time in the running app.</summary>
internal static class AdvanceCommand
{
    public static async Task<int> ExecuteAsync(CommandLine line, Checkout checkout, CancellationToken cancellationToken)
    {
        var text = line.Word() ?? throw line.Fault("advance by how much? As in: ./run advance 30d");
        line.Done();
        var duration = Duration.ToIso(text) ?? throw line.Fault($"\"{text}\" is no time forward (30d, 12h, 45m, 2w, P30D)");
        if (!new App(checkout).IsAlive)
            throw new LauncherException("The app does not run: ./run --detach starts it.");

        var state = StackState.Of(checkout);
        using var http = new HttpClient { BaseAddress = new Uri(state.BaseUrl!) };
        http.DefaultRequestHeaders.Add("x-functions-key", state.MasterKey);
        using var answer = await http.PostAsJsonAsync("/admin/clock", new { advance = duration }, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new LauncherException($"The app did not move its time: {(int)answer.StatusCode} {answer.ReasonPhrase} {body}");

        Console.WriteLine($"Business time has moved by {duration}. {body}".TrimEnd());
        return 0;
    }
}

using System.Diagnostics;
using System.Net;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>The app itself, in either flavour, as a process of its own.</summary>
internal sealed class App(Checkout checkout)
{
    // The host drains what is in flight; a function may take minutes, a developer who pressed Ctrl-C will not wait for that.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(35);

    private readonly DetachedProcess process = new("app", checkout);

    public bool IsAlive => process.IsAlive;

    public string LogFile => process.LogFile;

    public Task StartAsync(
        Flavour flavour, string folder, int port, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string[] command = flavour == Flavour.Azure
            ? [.. CoreTools.Command, "start", "--no-build", "--port", $"{port}"]
            : [Dotnet.Path, Path.Combine(folder, "NxLoy.Functions.dll"), "--urls", $"http://127.0.0.1:{port}"];
        return process.StartAsync(command, folder, environment, cancellationToken);
    }

    /// <summary>Waits until the app says that it is alive, and that it is this one: an app of another stack refuses our master key.</summary>
    public async Task AnswersAsync(Flavour flavour, string baseUrl, string masterKey, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(baseUrl), Timeout = TimeSpan.FromSeconds(5) };
        http.DefaultRequestHeaders.Add("x-functions-key", masterKey);
        string[] questions = flavour == Flavour.Azure ? ["/api/health/live"] : ["/api/health/live", "/admin/host/status"];
        for (var watch = Stopwatch.StartNew(); !await IsReadyAsync(http, questions, cancellationToken); await Task.Delay(50, cancellationToken))
            if (!process.IsAlive)
                throw process.LastLines().Contains("address already in use", StringComparison.OrdinalIgnoreCase)
                    ? new PortTakenException(process.LastLines())
                    : new LauncherException($"The app ended instead of starting. Its log ({LogFile}) ends with:\n{process.LastLines()}");
            else if (watch.Elapsed > TimeSpan.FromMinutes(2))
                throw new LauncherException($"The app does not answer. Its log ({LogFile}) ends with:\n{process.LastLines()}");
    }

    public Task StopAsync() => process.StopAsync(Drain);

    private static async Task<bool> IsReadyAsync(HttpClient http, string[] questions, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var question in questions)
            {
                using var answer = await http.GetAsync(question, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.OK)
                    return false;
            }

            return true;
        }
        catch (Exception notYet) when (notYet is HttpRequestException
            || (notYet is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}

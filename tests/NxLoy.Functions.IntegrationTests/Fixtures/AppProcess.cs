using System.Net.Http.Json;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>The built app as a process of its own, to be killed. Its client shows the master key with every request.</summary>
internal sealed class AppProcess : ChildProcess
{
    public const string MasterKey = "for-tests-alone";

    /// <summary>The built app, from its own output folder: what lies beside the tests is instrumented when coverage is measured.</summary>
    public static string Program { get; } = Path.Combine(
        AppContext.BaseDirectory.Replace(Path.Combine("tests", "NxLoy.Functions.IntegrationTests"), "functions", StringComparison.Ordinal), "NxLoy.Functions.dll");

    private AppProcess(int port, IReadOnlyDictionary<string, string?> settings)
        : base(Program, port, start =>
        {
            foreach (var (name, value) in settings)
                start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
            start.Environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development";
            start.Environment["EmbeddedRuntime__MasterKey"] = MasterKey;
            start.Environment["urls"] = $"http://127.0.0.1:{port}";
        }) => Client.DefaultRequestHeaders.Add("x-functions-key", MasterKey);

    /// <param name="settings">As <see cref="TestApp.Settings"/> makes them, and what a test changes of them.</param>
    public static Task<AppProcess> StartAsync(IReadOnlyDictionary<string, string?> settings) =>
        AnsweringAsync(new AppProcess(FreePort.Choose(), settings), "/api/health/live");

    /// <summary>
    /// Settings for a process in which nothing happens but what a test asks for: no migration, no sign of life for minutes,
    /// and of all timers only those that are named.
    /// </summary>
    public static Dictionary<string, string?> Quiet(IReadOnlyDictionary<string, string?> settings, params string[] timers)
    {
        var quiet = new Dictionary<string, string?>(settings) { ["EmbeddedRuntime:Lease"] = "00:10:00" };
        quiet.Remove("Database:Owner");
        foreach (var timer in TestApp.Timers)
            quiet[$"AzureWebJobs.{timer}.Disabled"] = timers.Contains(timer) ? "false" : "true";
        return quiet;
    }

    /// <summary>The same with every way to the database led through a proxy.</summary>
    public static Dictionary<string, string?> Quiet(IReadOnlyDictionary<string, string?> settings, CommitProxy proxy, params string[] timers)
    {
        var quiet = Quiet(settings, timers);
        proxy.Lead(quiet, "Database:App", "Database:Worker", "EmbeddedRuntime:Database");
        return quiet;
    }

    /// <summary>Runs a timer now, and does not wait for it.</summary>
    public async Task StartTimerAsync(string timer) =>
        (await Client.PostAsJsonAsync($"/admin/functions/{timer}", new { })).EnsureSuccessStatusCode();

    /// <summary>Has it try its dead letters again, as its timer does every minute; it may be killed meanwhile.</summary>
    public async Task RetryAsync()
    {
        try
        {
            await StartTimerAsync("EveryMinuteRetryDeadLetters");
        }
        catch (HttpRequestException)
        {
            // It was.
        }
    }
}

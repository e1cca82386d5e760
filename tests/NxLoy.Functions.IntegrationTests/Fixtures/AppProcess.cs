namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>The built app as a process of its own, to be killed. Its client shows the master key with every request.</summary>
internal sealed class AppProcess : ChildProcess
{
    public const string MasterKey = "for-tests-alone";

    private AppProcess(int port, IReadOnlyDictionary<string, string?> settings)
        : base(Path.Combine(AppContext.BaseDirectory, "NxLoy.Functions.dll"), port, start =>
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

    /// <summary>Has it try its dead letters again, as its timer does every minute.</summary>
    public async Task RetryAsync()
    {
        try
        {
            using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
            (await Client.PostAsync("/admin/functions/EveryMinuteRetryDeadLetters", body)).Dispose();
        }
        catch (HttpRequestException)
        {
            // It was killed meanwhile.
        }
    }
}

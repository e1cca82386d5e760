using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>The sample app as a process, from a copy of its output in a folder of its own.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;
    private bool isDisposed;

    private SampleProcess(Process process, string folder, Uri address)
    {
        this.process = process;
        this.folder = folder;
        Client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Durable functions need a database; what has none goes without them.</summary>
    public static IEnumerable<string> WithoutSagas { get; } =
        new[] { "PostSaga", "PostSagaEvent", "GetSaga", "Saga", "SagaChild", "SagaSquare", "SagaFailsOnce" }.Select(function => $"AzureWebJobs.{function}.Disabled");

    public HttpClient Client { get; }
    public int ExitCode => process.ExitCode;

    /// <param name="environment">Environment variables beside those of the test run.</param>
    /// <param name="localSettings">The text of local.settings.json; <c>$port</c> in it is the port to listen on.</param>
    /// <param name="arguments">Command line arguments; <c>$port</c> likewise.</param>
    public static async Task<SampleProcess> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, string? localSettings = null, string[]? arguments = null)
    {
        var port = FreePort();
        var folder = CopyOfApp();
        if (localSettings is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, "local.settings.json"), localSettings.Replace("$port", $"{port}", StringComparison.Ordinal));
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(folder, "NxLoy.Functions.SampleApp.dll"));
        foreach (var argument in arguments ?? ["--urls", "http://127.0.0.1:$port"])
            start.ArgumentList.Add(argument.Replace("$port", $"{port}", StringComparison.Ordinal));
        start.Environment["EverySecond__Schedule"] = "* * * * * *";
        if (environment?.ContainsKey("EmbeddedRuntime__Database") != true)
            foreach (var setting in WithoutSagas)
                start.Environment[setting] = "true";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value.Replace("$port", $"{port}", StringComparison.Ordinal);

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var app = new SampleProcess(process, folder, new Uri($"http://127.0.0.1:{port}"));
        await Eventually.TrueAsync(app.AnswersAsync);
        return app;
    }

    public async Task<int> TicksAsync() => int.Parse(await Client.GetStringAsync("/api/ticks"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Asks the process to stop, as a container host does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public void Kill() => process.Kill();

    public Task WaitForExitAsync() => process.WaitForExitAsync().WaitAsync(Eventually.Patience);

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        Client.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(process.HasExited, "The sample app ended instead of starting.");
        try
        {
            using var response = await Client.GetAsync(new Uri("/", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string CopyOfApp()
    {
        var output = AppContext.BaseDirectory.Replace("NxLoy.Functions.IntegrationTests", "NxLoy.Functions.SampleApp", StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("sample-app-").FullName;
        foreach (var file in Directory.EnumerateFiles(output))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

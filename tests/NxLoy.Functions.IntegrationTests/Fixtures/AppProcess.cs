using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>The built app as a process of its own, to be killed.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process process;
    private bool isDisposed;

    private AppProcess(Process process, Uri address)
    {
        this.process = process;
        Client = new HttpClient { BaseAddress = address };
        Client.DefaultRequestHeaders.Add("x-functions-key", MasterKey);
    }

    public const string MasterKey = "for-tests-alone";

    /// <summary>Shows the master key with every request.</summary>
    public HttpClient Client { get; }

    /// <param name="settings">As <see cref="TestApp.Settings"/> makes them, and what a test changes of them.</param>
    public static async Task<AppProcess> StartAsync(IReadOnlyDictionary<string, string?> settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "NxLoy.Functions.dll"));
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development";
        start.Environment["EmbeddedRuntime__MasterKey"] = MasterKey;
        start.Environment["urls"] = address.ToString();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var app = new AppProcess(process, address);
        await Eventually.TrueAsync(app.AnswersAsync);
        return app;
    }

    public void Kill() => process.Kill();

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
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(process.HasExited, "The app ended instead of starting.");
        try
        {
            using var response = await Client.GetAsync(new Uri("/api/health/live", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

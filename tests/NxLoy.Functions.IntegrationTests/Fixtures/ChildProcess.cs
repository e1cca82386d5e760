using System.Collections.Concurrent;
using System.Diagnostics;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>A server as a process of its own: to be asked, told to end, and killed.</summary>
internal abstract class ChildProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string?> output = new();
    private readonly Process process;
    private bool isDisposed;

    /// <param name="assembly">Of the server.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="configure">Sets arguments and environment.</param>
    protected ChildProcess(string assembly, int port, Action<ProcessStartInfo> configure)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(assembly);

        // It lives for seconds, in which making code faster and counting for that costs more than it gains.
        foreach (var (name, value) in new[] { ("TieredPGO", "0"), ("TC_CallCounting", "0"), ("gcConcurrent", "0") })
            start.Environment[$"DOTNET_{name}"] = value;
        configure(start);
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Client { get; }

    public int ExitCode => process.ExitCode;

    public void Kill() => process.Kill();

    /// <summary>Asks the process to stop, as a container host does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public Task WaitForExitAsync() => process.WaitForExitAsync().WaitAsync(Eventually.Patience);

    public virtual async ValueTask DisposeAsync()
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

    /// <summary>Waits until the server answers with success; one that does not is ended.</summary>
    protected static async Task<T> AnsweringAsync<T>(T child, string path)
        where T : ChildProcess
    {
        try
        {
            await Eventually.TrueAsync(() => child.AnswersAsync(path));
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> AnswersAsync(string path)
    {
        Assert.False(process.HasExited, $"The process ended instead of starting: {string.Join('\n', output.TakeLast(20))}");
        try
        {
            using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

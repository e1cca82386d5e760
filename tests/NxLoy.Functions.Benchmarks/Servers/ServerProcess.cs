using System.Diagnostics;
using System.Globalization;
using System.Net;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>A server under load, as a process of its own that may open as many connections as the system lets it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly string log;

    private ServerProcess(Process process, string log, Uri address) => (this.process, this.log, Address) = (process, log, address);

    public Uri Address { get; }

    public static async Task<ServerProcess> StartAsync(
        string name, string dll, IReadOnlyList<string> arguments, Uri address, string question, Dictionary<string, string> environment, Checkout checkout)
    {
        var log = Path.Combine(checkout.Data, "logs", $"bench-{name}.log");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        var start = new ProcessStartInfo("sh", ["-c", "ulimit -n $(ulimit -Hn); exec \"$@\" > \"$LOG\" 2>&1", "sh", Dotnet.Path, dll, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(dll),
        };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        start.Environment["LOG"] = log;
        var server = new ServerProcess(Process.Start(start)!, log, address);
        await server.AnswersAsync(question);
        return server;
    }

    /// <summary>Resident memory now, in MB of a million bytes.</summary>
    public double Resident => Status("VmRSS:");

    /// <summary>The most it has been since <see cref="ForgetPeak"/>.</summary>
    public double Peak => Status("VmHWM:");

    public double CpuMicroseconds => CpuTime.Of(process.Id);

    public void ForgetPeak() => File.WriteAllText($"/proc/{process.Id}/clear_refs", "5");

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            Signals.Ask(process.Id);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private double Status(string name) =>
        double.Parse(
            File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^"kB".Length],
            CultureInfo.InvariantCulture) * 1024 / 1e6;

    private async Task AnswersAsync(string question)
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(question, UriKind.Relative));
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
            }

            if (process.HasExited || watch.Elapsed > TimeSpan.FromMinutes(2))
                throw new LauncherException($"The server did not start. Its log ({log}) ends with:\n{string.Join('\n', File.ReadLines(log).TakeLast(25))}");
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>
/// <c>wrk</c> (Debian: apt-get install wrk): a closed loop, each connection sends its next request when it has its answer.
/// </summary>
internal static class Wrk
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Load", "requests.lua");
    private static int runs;

    /// <returns>Requests a second. Throws when anything but success came back: such a figure is worthless.</returns>
    public static async Task<double> RunAsync(Uri address, int seconds, int connections = 64)
    {
        var figures = await RunAsync(new Uri(address, "/"), [Ask.Get(address.PathAndQuery)], connections, seconds);
        return figures.Errors == 0 ? figures.PerSecond : throw new LauncherException($"{address} answered with {figures.Errors} errors.");
    }

    public static async Task<Figures> RunAsync(Uri server, IReadOnlyList<Ask> asks, int connections, int seconds)
    {
        var requests = Path.GetTempFileName();
        await File.WriteAllLinesAsync(requests, asks.Select(ask => $"{ask.Method}\t{ask.Path}\t{ask.Authorization}\t{ask.Body}"));

        // One thread: it makes far more requests than two cores answer. What is asked for in vain within 30 s is an error.
        using var wrk = Process.Start(new ProcessStartInfo(
            "sh",
            [
                "-c", "ulimit -n $(ulimit -Hn); exec \"$@\"", "sh", "wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "30s", "-s", Script,
                server.ToString(), "--", requests, $"{Environment.ProcessId}-{Interlocked.Increment(ref runs)}-",
            ])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        File.Delete(requests);
        return output.Split('\n').FirstOrDefault(line => line.StartsWith("figures ", StringComparison.Ordinal)) is { } line
            ? Read([.. line.Split(' ')[1..].Select(number => double.Parse(number, CultureInfo.InvariantCulture))])
            : throw new LauncherException($"wrk failed: {output}");
    }

    /// <summary>Installs the Debian package where we may, and says what is missing where we may not.</summary>
    public static Task RequireAsync() => RequireAsync("wrk", "wrk");

    internal static async Task RequireAsync(string program, string package)
    {
        if (await Command.SucceedsAsync(["sh", "-c", $"command -v {program}"], CancellationToken.None))
            return;
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
            throw new LauncherException($"{program} is needed and missing. On Debian: apt-get install {package}");
        Console.WriteLine($"Installing {package} with apt-get.");
        var installed = await Command.RunAsync(
            ["sh", "-c", $"apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends {package}"], CancellationToken.None);
        if (installed.ExitCode != 0)
            throw new LauncherException($"apt-get could not install {package}:\n{installed.Output}");
    }

    // In the order of requests.lua; wrk counts in microseconds. No answer at all is no success either.
    private static Figures Read(double[] n) =>
        new(n[0] / n[1] * 1e6, n[7] / 1000, n[8] / 1000, n[9] / 1000, n[10] / 1000, (long)n[2], (long)(n[3] + n[4] + n[5] + n[6] + (n[0] == 0 ? 1 : 0)));
}

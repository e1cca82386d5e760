using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NxLoy.Functions.Benchmarks;

/// <summary>One run of <c>wrk</c> (Debian: apt-get install wrk). Any answer outside 2xx makes the figure worthless, so it throws.</summary>
internal static partial class Wrk
{
    /// <returns>Requests a second.</returns>
    public static async Task<double> RunAsync(Uri address, int seconds, int connections = 64)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", address.ToString()])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (wrk.ExitCode != 0 || output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"wrk {address}: {output}");
        return double.Parse(RequestsPerSecond().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();
}

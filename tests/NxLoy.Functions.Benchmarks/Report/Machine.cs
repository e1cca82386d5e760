using System.Globalization;
using System.Runtime.InteropServices;
using NxLoy.Functions.Benchmarks.Servers;

namespace NxLoy.Functions.Benchmarks.Report;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Describe(string? postgres) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores ({Value("/proc/cpuinfo", "model name")}), {Memory():n0} GB, Linux {Environment.OSVersion.Version}, "
        + $"{RuntimeInformation.FrameworkDescription}{(postgres is null ? "" : $", PostgreSQL {postgres} ({BenchPostgres.Described})")}");

    private static double Memory() =>
        double.Parse(Value("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024 / 1024;

    private static string Value(string file, string name) =>
        !File.Exists(file) ? "?" : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";
}

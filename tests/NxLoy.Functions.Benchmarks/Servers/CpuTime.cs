using System.Globalization;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>How long processes have kept cores busy. Unlike rates it hardly depends on what else the machine does.</summary>
internal static class CpuTime
{
    // The kernel counts in hundredths of a second (USER_HZ) on every common platform.
    private const double MicrosecondsPerTick = 10_000;

    /// <summary>Microseconds of the process, and of its children where asked for, also of those that have ended.</summary>
    public static double Of(int pid, bool withChildren = false) =>
        !withChildren ? Ticks(pid, 11, 12) * MicrosecondsPerTick
        : (Ticks(pid, 11, 12, 13, 14) + Children(pid).Sum(child => Ticks(child, 11, 12))) * MicrosecondsPerTick;

    private static IEnumerable<int> Children(int pid) =>
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var other) ? other : 0)
            .Where(other => other > 0 && Stat(other) is { } stat && stat[1] == pid.ToString(CultureInfo.InvariantCulture));

    private static double Ticks(int pid, params int[] fields) =>
        Stat(pid) is { } stat ? fields.Sum(field => double.Parse(stat[field], CultureInfo.InvariantCulture)) : 0;

    // "pid (name) state ppid ...": the name may hold anything, brackets too. The state is the first here.
    private static string[]? Stat(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}

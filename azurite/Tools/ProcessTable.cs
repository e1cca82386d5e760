using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace NxLoy.Functions.LocalStack.Tools;

internal static class ProcessTable
{
    /// <summary>Whether the process runs. One that has ended and that its parent has not noticed (a zombie) does not.</summary>
    public static bool IsAlive(int pid)
    {
        if (OperatingSystem.IsLinux())
            return Status(pid) is [not ("Z" or "X"), ..];
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// When the process started: on Linux in the kernel's own count since boot, which no change of the clock moves; elsewhere in
    /// Unix milliseconds.
    /// </summary>
    public static long? StartOf(int pid)
    {
        if (OperatingSystem.IsLinux())
            return Status(pid) is { } status ? long.Parse(status[19], CultureInfo.InvariantCulture) : null;
        try
        {
            using var process = Process.GetProcessById(pid);
            return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Whether two readings of <see cref="StartOf"/> mean one start. Where they come from a clock, they may differ a little.</summary>
    public static bool IsSameStart(long? one, long other) =>
        OperatingSystem.IsLinux() ? one == other : one is { } start && Math.Abs(start - other) < 5000;

    // /proc/PID/stat is "pid (name) state ...": the name may hold anything, brackets too. The state is the first here.
    private static string[]? Status(int pid)
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

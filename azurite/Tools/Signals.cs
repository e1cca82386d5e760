using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>Asks a process to end, or makes it.</summary>
internal static partial class Signals
{
    // The numbers are the same on every Unix.
    public const int Interrupt = 2;
    public const int Quit = 3;
    private const int Kill = 9;
    private const int Terminate = 15;

    /// <summary>Asks it to finish what it does and end. Windows knows no such request to a process without a window: there it ends.</summary>
    public static void Ask(int pid)
    {
        if (OperatingSystem.IsWindows())
            Force(pid);
        else
            _ = Send(pid, Terminate);
    }

    /// <summary>Ends it and what it started.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="leadsGroup">Whether it was started in a group of its own, which then ends with it.</param>
    public static void Force(int pid, bool leadsGroup = false)
    {
        if (leadsGroup && !OperatingSystem.IsWindows())
            _ = Send(-pid, Kill);
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended in the meantime.
        }
    }

    /// <summary>Unix only.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Send(int pid, int signal);
}

using System.Diagnostics;

namespace NxLoy.Functions.LocalStack.Tools;

internal static class ProcessTable
{
    /// <summary>Whether the process runs. One that has ended and that its parent has not noticed (a zombie) does not.</summary>
    public static bool IsAlive(int pid)
    {
        if (OperatingSystem.IsLinux())
            return IsAliveOnLinux(pid);
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

    private static bool IsAliveOnLinux(int pid)
    {
        try
        {
            // "pid (name) state ...": the name may hold anything, brackets too.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[status.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}

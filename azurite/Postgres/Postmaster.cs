using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Postgres;

/// <summary>The server process, as the pid file in its data folder tells: line 1 its number, line 3 when it started, line 4 its port.</summary>
internal sealed record Postmaster(int Pid, int Port)
{
    // The file tells the start to the second, and the kernel's and the server's clocks are read a moment apart.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    public static string PidFile(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    /// <summary>The server that runs on this folder; null when none does, also when another process has its number by now.</summary>
    public static Postmaster? Of(string dataFolder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PidFile(dataFolder));
        }
        catch (IOException)
        {
            return null;
        }

        if (lines.Length < 4
            || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
            || !long.TryParse(lines[2], CultureInfo.InvariantCulture, out var started)
            || !int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port))
            return null;

        return IsPostgres(pid, DateTimeOffset.FromUnixTimeSeconds(started)) ? new Postmaster(pid, port) : null;
    }

    public bool IsAlive => ProcessTable.IsAlive(Pid);

    private static bool IsPostgres(int pid, DateTimeOffset started)
    {
        if (!ProcessTable.IsAlive(pid))
            return false;
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName == "postgres" && (process.StartTime.ToUniversalTime() - started.UtcDateTime).Duration() < Slack;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}

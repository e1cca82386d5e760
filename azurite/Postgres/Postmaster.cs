using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Postgres;

/// <summary>The server process, as the pid file in its data folder tells: line 1 its number, line 3 when it started.</summary>
internal sealed record Postmaster(string DataFolder, int Pid)
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

        if (lines.Length < 3
            || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
            || !long.TryParse(lines[2], CultureInfo.InvariantCulture, out var started))
            return null;

        return IsPostgres(pid, DateTimeOffset.FromUnixTimeSeconds(started)) ? new Postmaster(dataFolder, pid) : null;
    }

    public bool IsAlive => ProcessTable.IsAlive(Pid);

    /// <summary>Ends it: connections are closed, transactions rolled back, everything is written.</summary>
    /// <remarks>
    /// By the signals that pg_ctl would send, but as who we are: pg_ctl runs as PostgreSQL does, and root may have started it in
    /// another way than it would now. Windows has no signals; there pg_ctl does it.
    /// </remarks>
    public async Task StopAsync()
    {
        if (OperatingSystem.IsWindows())
            await Command.RunAsync([PgCtl(), "-D", DataFolder, "stop", "-m", "fast", "-w", "-t", "30"], CancellationToken.None);
        else if (!await EndsAsync(Signals.Interrupt, TimeSpan.FromSeconds(30))) // a fast shutdown
            await EndsAsync(Signals.Quit, TimeSpan.FromSeconds(10)); // an immediate one: it recovers at the next start
        if (IsAlive)
            throw new LauncherException($"PostgreSQL (process {Pid}) does not end.");
    }

    private async Task<bool> EndsAsync(int signal, TimeSpan patience)
    {
        _ = Signals.Send(Pid, signal);
        for (var watch = Stopwatch.StartNew(); IsAlive; await Task.Delay(10))
            if (watch.Elapsed > patience)
                return false;

        return true;
    }

    // Beside the program that runs, which need not be the one that is installed by now.
    private string PgCtl()
    {
        using var process = Process.GetProcessById(Pid);
        return Path.Combine(Path.GetDirectoryName(process.MainModule!.FileName)!, "pg_ctl.exe");
    }

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

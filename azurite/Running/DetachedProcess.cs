using System.Diagnostics;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>A program that outlives the launcher: its output goes to a file, its pid is kept in another.</summary>
internal sealed class DetachedProcess(string name, Checkout checkout)
{
    private readonly PidFile pidFile = new(Path.Combine(checkout.Data, $"{name}.pid"));

    public string LogFile { get; } = Path.Combine(checkout.Data, "logs", $"{name}.log");

    public bool IsAlive => pidFile.Alive() is not null;

    public async Task StartAsync(
        IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);
        if (File.Exists(LogFile))
            File.Move(LogFile, Path.ChangeExtension(LogFile, ".previous.log"), overwrite: true);

        string[] detach =
            [NodeProgram.Path(checkout), Path.Combine(checkout.Packages, "Running", "detach.js"), pidFile.Path, LogFile, folder];
        var result = await Command.RunAsync([.. detach, .. command], cancellationToken, checkout.Root, environment);
        if (result.ExitCode != 0)
            throw new LauncherException($"{command[0]} could not be started: {result.Output}");
    }

    /// <summary>Asks it to end and waits; after that it is made to.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (pidFile.Alive() is { } pid)
        {
            Signals.Ask(pid);
            if (!await EndsWithinAsync(patience))
            {
                Signals.Force(pid, leadsGroup: true);
                await EndsWithinAsync(TimeSpan.FromSeconds(5));
            }
        }

        pidFile.Delete();
    }

    /// <summary>The last lines it wrote, for an error message.</summary>
    public string LastLines(int count = 25) =>
        File.Exists(LogFile) ? string.Join(Environment.NewLine, File.ReadLines(LogFile).TakeLast(count)) : "";

    private async Task<bool> EndsWithinAsync(TimeSpan patience)
    {
        for (var watch = Stopwatch.StartNew(); IsAlive; await Task.Delay(20))
            if (watch.Elapsed > patience)
                return false;

        return true;
    }
}

using System.Diagnostics;
using System.Text;

namespace NxLoy.Functions.LocalStack.Tools;

internal sealed record CommandResult(int ExitCode, string Output);

/// <summary>A tool that is started, does its work and ends.</summary>
internal static class Command
{
    /// <summary>Runs a tool to its end. Output and errors come back as one text, and line by line where asked for.</summary>
    /// <remarks>With a pid file, a run of the same tool that lost its launcher is ended first.</remarks>
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> command,
        CancellationToken cancellationToken,
        string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? input = null,
        Action<string>? onLine = null,
        PidFile? pidFile = null)
    {
        if (pidFile is not null)
            await EndOrphanAsync(pidFile, cancellationToken);

        using var process = new Process { StartInfo = Describe(command, folder, environment) };
        var output = new StringBuilder();
        void Collect(string? line)
        {
            if (line is null)
                return;
            lock (output)
                output.AppendLine(line);
            onLine?.Invoke(line);
        }
        process.OutputDataReceived += (_, e) => Collect(e.Data);
        process.ErrorDataReceived += (_, e) => Collect(e.Data);

        process.Start();
        pidFile?.Write(process.Id);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        pidFile?.Delete();
        return new CommandResult(process.ExitCode, output.ToString());
    }

    /// <summary>Ends a tool that a launcher which was killed has left at work.</summary>
    public static async Task EndOrphanAsync(PidFile pidFile, CancellationToken cancellationToken)
    {
        while (pidFile.Alive() is { } orphan)
        {
            Signals.Force(orphan);
            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>Whether the tool can be started and says yes.</summary>
    public static async Task<bool> SucceedsAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        try
        {
            return (await RunAsync(command, cancellationToken)).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static ProcessStartInfo Describe(
        IReadOnlyList<string> command, string? folder, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        return start;
    }
}

using System.Runtime.InteropServices;
using Npgsql;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Commands;

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

try
{
    return args switch
    {
        ["run", .. var rest] => await RunCommand.ExecuteAsync(rest, stop.Token),
        ["test", .. var rest] => await TestCommand.ExecuteAsync(rest, stop.Token),
        _ => throw new LauncherException("Start it by ./run or ./test.", exitCode: 2),
    };
}
catch (LauncherException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NpgsqlException)
{
    // A full disk, a file of another user, a server that refuses: told in a line, these are not ours to mend.
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Interrupted.");
    return 130;
}

// Everything is stopped in good order, and asking twice does not make it faster: the app is given its time to drain.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (stop.IsCancellationRequested)
        Console.Error.WriteLine("Stopping already; the app is given 35 s to finish what it does.");
    stop.Cancel();
}

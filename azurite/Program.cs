using System.Runtime.InteropServices;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Testing;

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

try
{
    var narrator = new Narrator(Console.Out);
    return await new TestRun(Checkout.Find(), new TestOptions(args.Contains("--quick"), null), narrator).RunAsync(stop.Token);
}
catch (LauncherException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using System.Diagnostics;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>
/// One launcher at a time on a data folder. Whoever comes later asks the earlier one to stop and waits until it has.
/// </summary>
internal sealed class Turn : IDisposable
{
    // Longer than the app is given to drain.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FileStream file;
    private readonly PidFile pidFile;

    private Turn(FileStream file, PidFile pidFile)
    {
        this.file = file;
        this.pidFile = pidFile;
        pidFile.Write(Environment.ProcessId);
    }

    public static async Task<Turn> TakeAsync(Checkout checkout, Narrator narrator, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(checkout.Data);
        var pidFile = new PidFile(Path.Combine(checkout.Data, "launcher.pid"));
        int? asked = null;
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50, cancellationToken))
        {
            if (ExclusiveLock.TryOpen(Path.Combine(checkout.Data, "launcher.lock")) is { } file)
                return new Turn(file, pidFile);
            if (pidFile.Alive() is not { } earlier)
                continue;

            if (earlier != asked)
            {
                narrator.Say($"Another ./run is at work here (process {earlier}): asking it to stop.");
                Signals.Ask(earlier);
                asked = earlier;
                watch.Restart();
            }
            else if (watch.Elapsed > Patience)
            {
                Signals.Force(earlier);
            }
        }
    }

    public void Dispose()
    {
        pidFile.Delete();
        file.Dispose();
    }
}

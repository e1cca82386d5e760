using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Publishes events in two lanes: what this process has just committed, at once; and whatever else waits, key after key.
/// So new events go out while a backlog drains. Only for haste: what a dead process or a scaled-in host leaves behind, the
/// timer's sweep finds.
/// </summary>
public sealed partial class OutboxRelay(
    BusinessDatabase database, PublishWaiting publish, OutboxSignals signals, EventPublisher publisher, ILogger<OutboxRelay> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>Machine time: how long nothing is tried after a failure, at first and at most.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(15);

    /// <summary>Machine time: after which keys that another process held are asked for again.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    /// <summary>Machine time: how long the last events have when the app stops.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim draining = new(1);
    private Task lanes = Task.CompletedTask;

    /// <summary>Publishes whatever waits, unless that is under way already or there is no Service Bus.</summary>
    /// <returns>False when Service Bus takes nothing.</returns>
    public async Task<bool> SweepAsync(CancellationToken cancellation)
    {
        if (!publisher.IsConfigured || !await draining.WaitAsync(TimeSpan.Zero, cancellation))
        {
            return true;
        }

        try
        {
            return await DrainAsync(cancellation);
        }
        finally
        {
            draining.Release();
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!publisher.IsConfigured)
        {
            Log.NoBus(logger);
            return Task.CompletedTask;
        }

        database.Announced += signals.Add;
        signals.LookThrough(); // what an earlier process left
        lanes = Task.WhenAll(Task.Run(() => LaneAsync(NewAsync), CancellationToken.None), Task.Run(() => LaneAsync(BacklogAsync), CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <summary>By now every request has been answered: their events go out, unless the broker does not answer.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        database.Announced -= signals.Add;
        signals.Complete();
        stopping.CancelAfter(Grace);
        await lanes.WaitAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        stopping.Dispose();
        draining.Dispose();
    }

    // Round and round over the keys, some events of each in turn, until nothing is left that can go out.
    private async Task<bool> DrainAsync(CancellationToken cancellation)
    {
        int published;
        do
        {
            published = 0;
            for (Guid? after = Guid.Empty; after is { } last;)
            {
                var batch = await publish.NextAsync(last, cancellation);
                if (batch.IsBusDown)
                {
                    return false;
                }

                published += batch.Published;
                after = batch.Last;
            }
        }
        while (published > 0 && !cancellation.IsCancellationRequested);

        return true;
    }

    /// <summary>Repeats its step until the app stops; after a failure it pauses, ever longer.</summary>
    /// <param name="step">False when it could do nothing; null at the end.</param>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever befalls one turn, the next is tried: nobody else does this work")]
    private async Task LaneAsync(Func<Task<bool?>> step)
    {
        var pause = ShortPause;
        try
        {
            while (true)
            {
                bool? done;
                try
                {
                    done = await step();
                }
                catch (Exception failed) when (!stopping.IsCancellationRequested)
                {
                    Log.Failed(logger, failed);
                    done = false;
                }

                if (done is null)
                {
                    return;
                }

                if (done == true)
                {
                    pause = ShortPause;
                    continue;
                }

                // All that waits is in the table; whoever looks through it finds it.
                signals.Clear();
                signals.LookThrough();
                await Task.Delay(pause, stopping.Token);
                pause = pause * 2 < LongPause ? pause * 2 : LongPause;
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The app ends.
        }
    }

    private async Task<bool?> NewAsync()
    {
        var keys = await signals.TakeAsync(PublishWaiting.MaxKeys, stopping.Token);
        if (keys.Count == 0)
        {
            await stopping.CancelAsync(); // the backlog can wait for another process
            return null;
        }

        var batch = await publish.OfAsync(keys, stopping.Token);
        if (batch.Again.Count > 0)
        {
            signals.Add(batch.Again);
            if (batch.Published == 0)
            {
                await Task.Delay(Turn, stopping.Token);
            }
        }

        return !batch.IsBusDown;
    }

    private async Task<bool?> BacklogAsync()
    {
        await signals.BacklogAsync(stopping.Token);
        return await SweepAsync(stopping.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "No Service Bus is named (setting ServiceBus): events wait in the outbox and are published once one is")]
        public static partial void NoBus(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "The outbox could not be relayed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}

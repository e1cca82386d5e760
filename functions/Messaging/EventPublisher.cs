using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Sends messages to Service Bus over AMQP 1.0, on either runtime: to a namespace, the official emulator, or the broker of
/// the embedded runtime. Any number of callers share one connection; it is opened when it is needed and again when it broke.
/// </summary>
public sealed partial class EventPublisher(IConfiguration configuration, ILogger<EventPublisher> logger) : IAsyncDisposable
{
    /// <summary>How many messages are on their way at once; the others wait.</summary>
    internal const int Window = 500;

    /// <summary>Machine time: a broker that takes longer to take a message counts as gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim window = new(Window);
    private readonly Lock gate = new();
    private Task<BusConnection>? connection;
    private bool isLost;

    /// <summary>Whether the settings name a Service Bus. Asked anew each time: a broker of the runtime's own is named when it has started.</summary>
    public bool IsConfigured => BusAddress.From(configuration) is not null;

    /// <summary>Completes when the queue or topic has the message.</summary>
    /// <exception cref="BusUnavailableException">Service Bus cannot be reached; the message may have arrived or not.</exception>
    /// <exception cref="MessageRefusedException">It does not take this message.</exception>
    public async Task SendAsync(string entity, OutgoingMessage message, CancellationToken cancellation)
    {
        await window.WaitAsync(cancellation);
        try
        {
            await OverAsync(
                async connection =>
                {
                    await (await connection.SenderAsync(entity)).SendAsync(message, Patience, cancellation);
                    Found();
                },
                cancellation);
        }
        catch (BusUnavailableException lost)
        {
            Lost(lost);
            throw;
        }
        finally
        {
            window.Release();
        }
    }

    /// <summary>Completes when the queue or topic is there to be sent to.</summary>
    /// <exception cref="BusUnavailableException">It is not.</exception>
    public Task ReachAsync(string entity, CancellationToken cancellation) =>
        OverAsync(connection => connection.SenderAsync(entity).WaitAsync(cancellation), cancellation);

    public async ValueTask DisposeAsync()
    {
        if (connection is { } open)
        {
            await EndAsync(open);
        }

        window.Dispose();
    }

    private async Task OverAsync(Func<BusConnection, Task> work, CancellationToken cancellation)
    {
        var current = Connection();
        try
        {
            await work(await current.WaitAsync(cancellation));
        }
        catch (TimeoutException silent)
        {
            // It may be broken without anybody having said so; and what is still on its way must not arrive behind what is sent after it.
            await EndAsync(current);
            throw new BusUnavailableException("Service Bus did not answer in time.", silent);
        }
    }

    private Task<BusConnection> Connection()
    {
        lock (gate)
        {
            if (connection is { IsCompletedSuccessfully: true } broken && !broken.Result.IsOpen)
            {
                _ = EndAsync(broken);
            }
            else if (connection is { IsCompleted: true, IsCompletedSuccessfully: false })
            {
                connection = null;
            }

            return connection ??= OpenAsync();
        }
    }

    private Task<BusConnection> OpenAsync() => BusAddress.From(configuration) is { } address ? BusConnection.OpenAsync(address)
        : Task.FromException<BusConnection>(new BusUnavailableException("The settings name no Service Bus."));

    private async Task EndAsync(Task<BusConnection> ended)
    {
        lock (gate)
        {
            if (connection == ended)
            {
                connection = null;
            }
        }

        if (ended.IsCompletedSuccessfully)
        {
            await ended.Result.DisposeAsync();
        }
    }

    // One line when it goes and one when it is back, however many messages tell.
    private void Lost(BusUnavailableException lost)
    {
        if (!Interlocked.Exchange(ref isLost, true))
        {
            Log.Lost(logger, lost);
        }
    }

    private void Found()
    {
        if (Volatile.Read(ref isLost) && Interlocked.Exchange(ref isLost, false))
        {
            Log.Found(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Service Bus takes no messages; what is to be sent waits")]
        public static partial void Lost(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "Service Bus takes messages again")]
        public static partial void Found(ILogger logger);
    }
}

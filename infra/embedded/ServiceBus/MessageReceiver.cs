using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Azure.Messaging.ServiceBus;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>
/// Receives the messages of one entity, each locked for this process. How many may come is what was granted: they wait
/// in memory until somebody takes them, and no more than that is ever held.
/// </summary>
internal sealed class MessageReceiver : IAsyncDisposable
{
    // What else is already on its way is worth a moment's waiting.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(3);

    // Given up too early, what is still on its way would count as tried.
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(5);

    // A peer that says nothing for so long is gone, whatever TCP thinks. Milliseconds.
    private const int Silence = 60_000;

    private readonly Channel<ServiceBusReceivedMessage> arrived = Channel.CreateUnbounded<ServiceBusReceivedMessage>();
    private readonly TaskCompletionSource attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Connection connection;
    private readonly Dispositions dispositions;
    private readonly ReceiverLink link;
    private int onTheWay;

    private MessageReceiver(Connection connection, Dispositions dispositions, string entity, Action<Exception, int> notRenewed)
    {
        (this.connection, this.dispositions) = (connection, dispositions);
        connection.Closed += (_, error) => End(error);
        var session = new Session(connection);
        session.Closed += (_, error) => End(error);
        link = new ReceiverLink(
            session, $"{entity}-{Guid.NewGuid():n}",
            new Attach { Source = new Source { Address = entity }, Target = new Target(), SndSettleMode = SenderSettleMode.Unsettled, RcvSettleMode = ReceiverSettleMode.Second },
            (_, attach) => Attached(attach));
        link.Closed += (_, error) => End(error);
        link.Start(0, Arrive); // and nothing comes before it is granted
        Renewal = new LockRenewal(new Lazy<ManagementLink>(() => new ManagementLink(session, entity)), notRenewed);
        Settlement = new Settlement(link, dispositions, Renewal.RenewAsync);
    }

    public Settlement Settlement { get; }

    /// <summary>Whose locks are renewed. As on the real host, that of a message nobody has taken yet is not.</summary>
    public LockRenewal Renewal { get; }

    /// <summary>Ends when the broker goes away, by an exception where it says why.</summary>
    public ChannelReader<ServiceBusReceivedMessage> Arrived => arrived.Reader;

    /// <exception cref="AmqpException">The broker refuses.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot be reached.</exception>
    public static async Task<MessageReceiver> OpenAsync(ServiceBusAddress address, string entity, Action<Exception, int> notRenewed, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory { AMQP = { IdleTimeout = Silence } };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(OpenPatience);
        var dispositions = new Dispositions();
        var connection = await factory.CreateAsync(address.ToAmqp(), patience.Token, dispositions);
        var receiver = new MessageReceiver(connection, dispositions, entity, notRenewed);
        try
        {
            await receiver.attached.Task.WaitAsync(OpenPatience, cancellation);
            return receiver;
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets so many more messages come.</summary>
    public void Grant(int count)
    {
        if (count <= 0 || link.IsClosed)
            return;
        Interlocked.Add(ref onTheWay, count);
        link.SetCredit(count, CreditMode.Manual);
    }

    /// <summary>Waits for a message and takes those that are there, up to a number; none when the broker has gone or waiting is cancelled.</summary>
    /// <param name="min">More than one: waits for so many.</param>
    /// <param name="patience">How long to wait for them after the first.</param>
    public async Task<ServiceBusReceivedMessage[]> TakeAsync(int max, int min, TimeSpan patience, CancellationToken cancellation)
    {
        var taken = new List<ServiceBusReceivedMessage>();
        if (!await CanReadAsync(cancellation))
            return [];
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        waiting.CancelAfter(min > 1 ? patience : Linger);
        while (taken.Count < max)
        {
            if (arrived.Reader.TryRead(out var message))
                taken.Add(message);
            else if (min > 1 && taken.Count >= min || !await CanReadAsync(waiting.Token))
                break;
        }

        return [.. taken];
    }

    /// <summary>Gives back what nobody has taken, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        Renewal.Dispose();
        await WhileOpenAsync(async () =>
        {
            await DrainAsync();
            while (arrived.Reader.TryRead(out var message))
                Settlement.Release(message);
            await link.CloseAsync(ClosePatience, null);
        });
        await WhileOpenAsync(() => connection.CloseAsync(ClosePatience, null));
    }

    /// <summary>Asks for no more than what is on its way: what would reach a link that closes counts as tried.</summary>
    private async Task DrainAsync()
    {
        if (Volatile.Read(ref onTheWay) is not (> 0 and var count) || link.IsClosed)
            return;
        link.SetCredit(count, CreditMode.Drain);
        for (var watch = Stopwatch.StartNew(); IsDraining(link) && !link.IsClosed && watch.Elapsed < DrainPatience;)
            await Task.Delay(DrainPause);
    }

    // The library knows when the broker has answered, and tells nobody.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "drain")]
    private static extern ref bool IsDraining(ReceiverLink link);

    private async Task<bool> CanReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await arrived.Reader.WaitToReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // On the connection's own thread: it must not wait for anything.
    private void Arrive(IReceiverLink from, Message message)
    {
        var now = DateTimeOffset.UtcNow;
        var received = new ServiceBusReceivedMessage(message, message.DeliveryTag is { Length: 16 } tag ? new Guid(tag) : Guid.Empty, now);
        Interlocked.Decrement(ref onTheWay);
        arrived.Writer.TryWrite(received);
    }

    // A refused link is attached without a source first, and closed with the reason right after.
    private void Attached(Attach attach)
    {
        if (attach.Source is not null)
            attached.TrySetResult();
    }

    private void End(Error? error)
    {
        var reason = error is null ? null : new AmqpException(error);
        var gone = reason ?? new AmqpException(ErrorCode.DetachForced, "The broker has closed the connection.");
        attached.TrySetException(gone);
        dispositions.End(gone);
        arrived.Writer.TryComplete(reason);
    }

    private static async Task WhileOpenAsync(Func<Task> close)
    {
        try
        {
            await close();
        }
        catch (Exception gone) when (gone is AmqpException or Grpc.Core.RpcException or TimeoutException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Then the broker gives back what was locked, as it does when a process dies.
        }
    }
}

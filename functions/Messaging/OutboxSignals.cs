using System.Threading.Channels;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Which keys have something new to publish, as this process hears of it. Holds a bounded number; beyond that the backlog
/// is looked through instead, which finds everything.
/// </summary>
public sealed class OutboxSignals
{
    private const int Most = 20_000;

    private readonly Lock gate = new();
    private readonly HashSet<Guid> keys = [];
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<bool> backlog = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(IReadOnlyCollection<Guid> more)
    {
        bool isFull;
        lock (gate)
        {
            isFull = keys.Count + more.Count > Most;
            if (!isFull)
            {
                keys.UnionWith(more);
            }
        }

        (isFull ? backlog : wake).Writer.TryWrite(true);
    }

    /// <summary>Forgets them: they are found by looking through.</summary>
    public void Clear()
    {
        lock (gate)
        {
            keys.Clear();
        }
    }

    /// <summary>Asks for the whole outbox to be looked through.</summary>
    public void LookThrough() => backlog.Writer.TryWrite(true);

    /// <summary>No more will come: what is there is still taken.</summary>
    public void Complete() => wake.Writer.TryComplete();

    /// <summary>Waits for some keys and takes them.</summary>
    /// <returns>Empty when all is over.</returns>
    public async Task<IReadOnlyCollection<Guid>> TakeAsync(int most, CancellationToken cancellation)
    {
        while (true)
        {
            lock (gate)
            {
                if (keys.Count > 0)
                {
                    var taken = keys.Take(most).ToArray();
                    keys.ExceptWith(taken);
                    return taken;
                }
            }

            if (!await wake.Reader.WaitToReadAsync(cancellation))
            {
                return [];
            }

            wake.Reader.TryRead(out _);
        }
    }

    /// <summary>Waits until the outbox is to be looked through.</summary>
    public async Task BacklogAsync(CancellationToken cancellation) => await backlog.Reader.ReadAsync(cancellation);
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Sasl;

namespace NxLoy.Functions.Messaging;

/// <summary>One connection to Service Bus, with a link for each queue or topic that was sent to. When it breaks it is over.</summary>
internal sealed class BusConnection : IAsyncDisposable
{
    /// <summary>Machine time: for how long the broker may be silent while it opens something.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A peer that says nothing for so long is gone, whatever TCP thinks. Milliseconds.</summary>
    private const int Silence = 60_000;

    private readonly Connection connection;
    private readonly Session session;
    private readonly BusTokens? tokens;
    private readonly ConcurrentDictionary<string, Lazy<Task<BusSender>>> senders = new();

    private BusConnection(Connection connection, BusAddress address)
    {
        (this.connection, session) = (connection, new Session(connection));
        tokens = address.Credential is null ? null : new BusTokens(session, address, Patience);
    }

    public bool IsOpen => !connection.IsClosed && !session.IsClosed;

    /// <exception cref="BusUnavailableException">It cannot be reached, or does not let us in.</exception>
    public static async Task<BusConnection> OpenAsync(BusAddress address)
    {
        var factory = new ConnectionFactory();
        factory.AMQP.ContainerId = $"nxloy-{Guid.NewGuid():N}";
        factory.AMQP.HostName = address.Host;
        factory.AMQP.IdleTimeout = Silence;
        factory.SASL.Profile = address.Key is null ? SaslProfile.Anonymous : null;
        var opening = factory.CreateAsync(
            new Address(address.Host, address.Port, address.KeyName, address.Key, "/", address.UsesTls ? "amqps" : "amqp"));
        try
        {
            return new BusConnection(await opening.WaitAsync(Patience), address);
        }
        catch (Exception failed) when (failed is not OutOfMemoryException)
        {
            // If it comes up after all, nobody wants it any more.
            _ = opening.ContinueWith(late => late.Result.Close(TimeSpan.Zero), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw new BusUnavailableException($"Service Bus at {address} cannot be reached.", failed);
        }
    }

    /// <summary>The link to a queue or topic, attached.</summary>
    /// <exception cref="BusUnavailableException">There is no such queue or topic, or we may not send to it.</exception>
    /// <exception cref="TimeoutException">No answer came in time: the connection is not to be used any more.</exception>
    public async Task<BusSender> SenderAsync(string entity)
    {
        var link = senders.GetOrAdd(entity, name => new Lazy<Task<BusSender>>(() => AttachAsync(name)));
        try
        {
            var sender = await link.Value;
            if (sender.IsOpen)
            {
                return sender;
            }
        }
        catch
        {
            senders.TryRemove(new KeyValuePair<string, Lazy<Task<BusSender>>>(entity, link));
            throw;
        }

        // Service Bus detaches links that nobody uses for some minutes.
        senders.TryRemove(new KeyValuePair<string, Lazy<Task<BusSender>>>(entity, link));
        return await senders.GetOrAdd(entity, name => new Lazy<Task<BusSender>>(() => AttachAsync(name))).Value;
    }

    /// <summary>Ends it at once; what is on its way may have arrived or not.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "It is over, whatever comes of saying so")]
    public async ValueTask DisposeAsync()
    {
        if (tokens is not null)
        {
            await tokens.DisposeAsync();
        }

        try
        {
            connection.Close(TimeSpan.Zero);
        }
        catch (Exception)
        {
            // It was broken.
        }
    }

    private async Task<BusSender> AttachAsync(string entity)
    {
        try
        {
            if (tokens is not null)
            {
                await tokens.ShowAsync(entity, CancellationToken.None);
            }

            var sender = new BusSender(session, entity);
            await sender.AttachedAsync(Patience);
            return sender;
        }
        catch (Exception failed) when (failed is not (BusUnavailableException or TimeoutException))
        {
            throw new BusUnavailableException($"No link to {entity}: {failed.Message}", failed);
        }
    }
}

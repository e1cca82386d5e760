using System.Runtime.CompilerServices;
using Amqp;
using Amqp.Listener;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// How many messages a client will take on a link. The library's own count is wrong after a flow that adds nothing (it forgets
/// the whole credit then), and cannot be read. To be used under a lock that sending holds too.
/// </summary>
internal sealed class LinkCredit(ListenerLink link)
{
    private int sent;
    private int limit;

    public int Left => Math.Max(0, limit - sent);

    public void Add(FlowContext flow)
    {
        limit += flow.Messages;
        OfLibrary(link) = (uint)(limit - sent);
    }

    public void Use() => sent++;

    /// <summary>Tells a client that wants what there is, and no more, that there is no more.</summary>
    public void Drain()
    {
        if (!link.IsDraining)
            return;
        sent = limit;
        link.CompleteDrain();
        // The library forgets the flag that says what is answered; the official client for JavaScript waits for it, and then closes the link.
        try
        {
            link.SetCredit(0, drain: true, autoRestore: false);
        }
        catch (AmqpException)
        {
            // The link is closing.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "credit")]
    private static extern ref uint OfLibrary(ListenerLink link);}

using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>
/// Listens for the app's Service Bus functions: from when everything else of the host runs, until before any of it stops.
/// </summary>
internal sealed class ServiceBusHost(
    FunctionTable functions, IConfiguration settings, FunctionPipeline pipeline, IServiceProvider services, IHostApplicationLifetime lifetime,
    ILogger<ServiceBusHost> log) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly List<(ServiceBusListener Listener, Task Listening)> listeners = [];

    /// <exception cref="InvalidOperationException">A name or a connection string cannot be read.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var options = ServiceBusOptions.From(settings);
        foreach (var function in functions.Where(f => f is { Trigger: ServiceBusTriggerAttribute, IsDisabled: false }))
        {
            var trigger = (ServiceBusTriggerAttribute)function.Trigger;
            if (trigger.IsSessionsEnabled)
                throw new NotSupportedException($"Function {function.Name}: the embedded runtime has no sessions.");
            if (ServiceBusAddress.Find(settings, trigger.Connection) is not { } address)
            {
                log.NoConnection(function.Name, trigger.Connection ?? "ServiceBus");
                continue;
            }

            listeners.Add((new ServiceBusListener(function, trigger.EntityOf(settings), address, options, pipeline, services, log, lifetime.ApplicationStopping), Task.CompletedTask));
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < listeners.Count; i++)
        {
            var listener = listeners[i].Listener;
            listeners[i] = (listener, Task.Run(() => listener.ListenAsync(stopping.Token), CancellationToken.None));
        }

        return Task.CompletedTask;
    }

    /// <summary>No more messages; what is in work may end as long as the host waits.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        foreach (var (listener, listening) in listeners)
        {
            await listening.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!listening.IsCompleted)
                log.NotDrained(listener.Name, listener.Entity);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        stopping.Dispose();
        foreach (var (listener, _) in listeners)
            listener.Dispose();
    }
}

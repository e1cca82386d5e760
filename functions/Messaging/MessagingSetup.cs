using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Messaging;

internal static class MessagingSetup
{
    /// <summary>What a slice publishes or takes in, for the AsyncAPI document.</summary>
    public static IServiceCollection AddEvents(this IServiceCollection services, IReadOnlyList<EventDescription> events)
    {
        foreach (var one in events)
        {
            services.AddSingleton(one);
        }

        return services;
    }

    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(_ => EventOptions.From(configuration))
        .AddSingleton<EventsDocument>()
        .AddSingleton<EventPublisher>()
        .AddSingleton<OutboxSignals>()
        .AddSingleton<PublishWaiting>()
        .AddSingleton<OutboxBacklog>()
        .AddSingleton<ForgetPublished>()
        .AddSingleton<OutboxRelay>()
        .AddSingleton(ServiceBus)
        .AddSingleton(Backlog)
        .AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());

    // Requests are served without Service Bus: what they make true waits in the outbox.
    private static OptionalDependency ServiceBus(IServiceProvider provider)
    {
        var (publisher, options) = (provider.GetRequiredService<EventPublisher>(), provider.GetRequiredService<EventOptions>());
        return new OptionalDependency("service-bus", () => publisher.IsConfigured, async cancellation =>
        {
            await publisher.ReachAsync(options.OutboundTopic, cancellation);
            return new Dependency("service-bus", "up");
        });
    }

    private static OptionalDependency Backlog(IServiceProvider provider)
    {
        var (publisher, backlog) = (provider.GetRequiredService<EventPublisher>(), provider.GetRequiredService<OutboxBacklog>());
        return new OptionalDependency("outbox", () => publisher.IsConfigured, async cancellation =>
        {
            var age = await backlog.AgeAsync(cancellation);
            return new Dependency("outbox", age < OutboxBacklog.Late ? "up" : "late") { BacklogSeconds = (int)age.TotalSeconds };
        });
    }
}

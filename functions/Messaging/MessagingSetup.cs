using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Messaging;

internal static class MessagingSetup
{
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(_ => EventOptions.From(configuration))
        .AddSingleton<EventPublisher>()
        .AddSingleton<OutboxSignals>()
        .AddSingleton<PublishWaiting>()
        .AddSingleton<OutboxBacklog>()
        .AddSingleton<ForgetPublished>()
        .AddSingleton<OutboxRelay>()
        .AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());
}

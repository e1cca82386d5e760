using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

internal static class BrokerSetup
{
    /// <summary>The setting that names the app's Service Bus.</summary>
    public const string Connection = "ServiceBus";

    /// <summary>
    /// A broker of the app's own when the settings name no Service Bus; its connection string takes the setting's place.
    /// </summary>
    /// <exception cref="InvalidOperationException">One is asked for, and there is no database to keep its messages in.</exception>
    public static void AddBroker(this WebApplicationBuilder builder, RuntimeOptions options)
    {
        var settings = builder.Configuration;
        if (settings[Connection] is { Length: > 0 } || settings[$"{Connection}:fullyQualifiedNamespace"] is { Length: > 0 } || !IsWanted(settings))
            return;
        if (options.Database is not { Length: > 0 })
            throw new InvalidOperationException(
                "The app needs Service Bus: set ServiceBus to one, or EmbeddedRuntime:Database, where the embedded broker keeps its messages, or EmbeddedRuntime:Broker to false.");

        var brokerOptions = new BrokerOptions(settings);
        var endpoint = new BrokerEndpoint(brokerOptions);
        settings.AddInMemoryCollection([KeyValuePair.Create(Connection, (string?)endpoint.ConnectionString)]);
        builder.Services
            .AddSingleton(brokerOptions)
            .AddSingleton(endpoint)
            .AddSingleton<MessageStore>()
            .AddSingleton(services => new Entities().Declare(settings).DeclareTriggers(services.GetRequiredService<FunctionTable>(), settings))
            .AddSingleton<MessageBroker>()
            .AddHostedService(services => services.GetRequiredService<MessageBroker>());
    }

    private static bool IsWanted(ConfigurationManager settings) =>
        settings.GetValue<bool?>("EmbeddedRuntime:Broker") ?? settings["EmbeddedRuntime:Entities"] is { Length: > 0 };
}

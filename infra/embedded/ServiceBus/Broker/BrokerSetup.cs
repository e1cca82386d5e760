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
    /// A broker of the app's own when it needs one and the settings name no Service Bus; its connection string takes the
    /// setting's place.
    /// </summary>
    /// <param name="types">Where the app's functions are: this is before they are bound.</param>
    /// <exception cref="InvalidOperationException">One is asked for, and there is no database to keep its messages in.</exception>
    public static void AddBroker(this WebApplicationBuilder builder, RuntimeOptions options, IEnumerable<Type> types)
    {
        var settings = builder.Configuration;
        if (settings[Connection] is { Length: > 0 } || settings[$"{Connection}:fullyQualifiedNamespace"] is { Length: > 0 })
            return;
        var asked = settings.GetValue<bool?>("EmbeddedRuntime:Broker");
        if (!(asked ?? (settings["EmbeddedRuntime:Entities"] is { Length: > 0 } || TriggerEntities.AreNamedIn(types, settings))))
            return;
        if (options.Database is not { Length: > 0 })
        {
            if (asked is null)
                return; // and the listeners say that there is no connection
            throw new InvalidOperationException("The embedded broker needs EmbeddedRuntime:Database, where it keeps its messages.");
        }

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
}

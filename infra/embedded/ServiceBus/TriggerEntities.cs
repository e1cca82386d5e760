using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.ServiceBus.Broker;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>The queues and subscriptions that the app's triggers name.</summary>
internal static class TriggerEntities
{
    /// <summary>The address of what a trigger takes messages from.</summary>
    /// <exception cref="InvalidOperationException">A setting in its name is missing.</exception>
    public static string EntityOf(this ServiceBusTriggerAttribute trigger, IConfiguration settings) =>
        trigger.QueueName is { } queue ? SettingExpression.Resolve(queue, settings)
            : $"{SettingExpression.Resolve(trigger.TopicName!, settings)}/Subscriptions/{SettingExpression.Resolve(trigger.SubscriptionName!, settings)}";

    /// <summary>Whether a function that is switched on has such a trigger.</summary>
    public static bool AreNamedIn(IEnumerable<Type> types, IConfiguration settings) => types.SelectMany(type => type.GetMethods(FunctionTable.Methods)).Any(method =>
        method.GetCustomAttribute<FunctionAttribute>() is { } function && !FunctionTable.IsDisabled(function, settings)
        && method.GetParameters().Any(parameter => parameter.IsDefined(typeof(ServiceBusTriggerAttribute))));

    /// <summary>Makes them in the embedded broker, which has whatever the app asks it for.</summary>
    public static Entities DeclareTriggers(this Entities entities, FunctionTable functions, IConfiguration settings)
    {
        foreach (var trigger in functions.Where(function => !function.IsDisabled).Select(function => function.Trigger).OfType<ServiceBusTriggerAttribute>())
        {
            if (SettingExpression.Resolve(trigger.Connection ?? BrokerSetup.Connection, settings) != BrokerSetup.Connection)
                continue;
            var address = trigger.EntityOf(settings);
            // A dead-letter queue is there with its queue.
            if (address.EndsWith(Entities.DeadLetterQueue, StringComparison.OrdinalIgnoreCase))
                continue;
            if (address.Split("/Subscriptions/") is [var topic, var subscription])
                entities.AddSubscription(topic, subscription);
            else
                entities.AddQueue(address);
        }

        return entities;
    }
}

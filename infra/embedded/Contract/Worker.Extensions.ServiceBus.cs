// Mirrors Microsoft.Azure.Functions.Worker.Extensions.ServiceBus 5.24.0.
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using NxLoy.Functions.Embedded.ServiceBus;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function with messages of a queue or of a topic's subscription. Names and <see cref="Connection"/> may be <c>%setting%</c>s.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute
{
    private bool? autoComplete;

    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    public ServiceBusTriggerAttribute(string topicName, string subscriptionName) => (TopicName, SubscriptionName) = (topicName, subscriptionName);

    /// <summary>The name of the setting that holds the connection string; <c>AzureWebJobsServiceBus</c> where it is left out.</summary>
    public string? Connection { get; set; }

    public string? QueueName { get; }
    public string? TopicName { get; }
    public string? SubscriptionName { get; }

    /// <summary>Many messages start one invocation; the parameter is an array then.</summary>
    public bool IsBatched { get; set; }

    /// <summary>Sessions are not supported here: such a function stops the start.</summary>
    public bool IsSessionsEnabled { get; set; }

    /// <summary>Complete what a successful function has not settled itself. What is not said in code is said by host.json, there true by default.</summary>
    public bool AutoCompleteMessages
    {
        get => autoComplete ?? false;
        set => autoComplete = value;
    }

    /// <summary>Null where the code does not say it.</summary>
    internal bool? AutoCompleteInForce => autoComplete;
}

/// <summary>Settles messages from within the function that they started. A message is settled once.</summary>
public class ServiceBusMessageActions
{
    private readonly Settlement settlement;

    protected ServiceBusMessageActions() => settlement = null!;

    internal ServiceBusMessageActions(Settlement settlement) => this.settlement = settlement;

    /// <summary>It is done, and gone.</summary>
    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        settlement.CompleteAsync(message, cancellationToken);

    /// <summary>Gives it back: it comes again at once, its delivery count one higher.</summary>
    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = default, CancellationToken cancellationToken = default) =>
        settlement.AbandonAsync(message, propertiesToModify, cancellationToken);

    /// <summary>Moves it to the dead-letter queue.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message, Dictionary<string, object>? propertiesToModify = default, string? deadLetterReason = default,
        string? deadLetterErrorDescription = default, CancellationToken cancellationToken = default) =>
        settlement.DeadLetterAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    /// <summary>Makes its lock last as long again as the entity's locks do.</summary>
    public virtual Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        settlement.RenewAsync(message, cancellationToken);
}

using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>What the settings tell the broker. All its times are machine time.</summary>
internal sealed class BrokerOptions(IConfiguration settings)
{
    public const string KeyName = "RootManageSharedAccessKey";

    /// <summary>What Service Bus's standard tier takes is 256 KB, its premium tier 1 MB and more.</summary>
    public const int LargestMessage = 1_048_576;

    /// <summary>Where to listen; 0 for a free port.</summary>
    public int Port { get; } = settings.GetValue("EmbeddedRuntime:BrokerPort", 0);

    public string Key { get; } = settings["EmbeddedRuntime:BrokerKey"] is { Length: > 0 } key
        ? key
        : Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>How long a message that was handed out is nobody else's.</summary>
    public TimeSpan LockDuration { get; } = settings.GetValue("EmbeddedRuntime:LockDuration", TimeSpan.FromSeconds(60));

    /// <summary>How often a message is tried until it goes to the dead-letter queue.</summary>
    public int MaxDeliveryCount { get; } = settings.GetValue("EmbeddedRuntime:MaxDeliveryCount", 10);

    /// <summary>How long a message id is remembered; zero for not at all.</summary>
    public TimeSpan DuplicateWindow { get; } = settings.GetValue("EmbeddedRuntime:DuplicateWindow", TimeSpan.FromMinutes(10));

    /// <summary>How long a broker that gives no sign of life keeps its locks.</summary>
    public TimeSpan Lease { get; } = settings.GetValue("EmbeddedRuntime:Lease", TimeSpan.FromSeconds(6));
}

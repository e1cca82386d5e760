using System.Globalization;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Where Service Bus is and how it knows us: the connection string that the triggers use too, or a namespace and an
/// identity.
/// </summary>
/// <param name="Host">Its name or address.</param>
/// <param name="Port">5671 with TLS, 5672 without, unless the endpoint names one.</param>
/// <param name="UsesTls">False for an emulator only.</param>
public sealed record BusAddress(string Host, int Port, bool UsesTls)
{
    private const int TlsPort = 5671;
    private const int PlainPort = 5672;

    /// <summary>The name of a shared access key; null where an identity is used.</summary>
    public string? KeyName { get; init; }

    /// <summary>The shared access key; null where an identity is used.</summary>
    public string? Key { get; init; }

    /// <summary>Gives Entra tokens; null where a key is used.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>Never the key: this may end in a log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Null where the settings name no Service Bus.</summary>
    public static BusAddress? From(IConfiguration configuration) =>
        configuration["ServiceBus"] is { Length: > 0 } connection ? Parse(connection)
        : configuration["ServiceBus:fullyQualifiedNamespace"] is { Length: > 0 } host ? new BusAddress(host, TlsPort, UsesTls: true)
        {
            Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = configuration["ServiceBus:clientId"] }),
        }
        : null;

    /// <summary>Reads <c>Endpoint=sb://host[:port];SharedAccessKeyName=...;SharedAccessKey=...[;UseDevelopmentEmulator=true]</c>.</summary>
    /// <exception cref="InvalidOperationException">It is no such text; the message does not repeat it.</exception>
    public static BusAddress Parse(string connection)
    {
        var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToLookup(part => part[0].Trim(), part => part.Length > 1 ? part[1].Trim() : "", StringComparer.OrdinalIgnoreCase);
        if (!Uri.TryCreate(parts["Endpoint"].FirstOrDefault(), UriKind.Absolute, out var endpoint) || endpoint.Host.Length == 0
            || parts["SharedAccessKeyName"].FirstOrDefault() is not { Length: > 0 } name || parts["SharedAccessKey"].FirstOrDefault() is not { Length: > 0 } key)
        {
            throw new InvalidOperationException("The setting ServiceBus is no connection string of a Service Bus namespace: it needs Endpoint, SharedAccessKeyName and SharedAccessKey. See docs/settings.md.");
        }

        var isEmulator = parts["UseDevelopmentEmulator"].Any(value => value.Equals("true", StringComparison.OrdinalIgnoreCase));
        return new BusAddress(endpoint.Host, endpoint.Port > 0 ? endpoint.Port : isEmulator ? PlainPort : TlsPort, UsesTls: !isEmulator) { KeyName = name, Key = key };
    }
}

using System.Globalization;
using Amqp;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>Where a namespace is and by which key: what a connection string says.</summary>
/// <param name="IsPlain">Without TLS: the emulator, and the broker of this runtime.</param>
internal sealed record ServiceBusAddress(string Host, int Port, bool IsPlain, string KeyName, string Key)
{
    private const int Tls = 5671;
    private const int Plain = 5672;

    /// <summary>For the log: a key has no place there.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>SASL PLAIN with the key, as Service Bus takes it.</summary>
    public Address ToAmqp() => new(Host, Port, KeyName, Key, "/", IsPlain ? "AMQP" : "AMQPS");

    /// <summary>By the name that a trigger gives as its Connection; null where no setting of that name has a connection string.</summary>
    public static ServiceBusAddress? Find(IConfiguration settings, string? connection)
    {
        var name = SettingExpression.Resolve(connection ?? "ServiceBus", settings);
        string[] keys = [$"AzureWebJobs{name}", name, $"ConnectionStrings:{name}", $"ConnectionStrings:AzureWebJobs{name}"];
        return keys.Select(key => settings[key]).FirstOrDefault(value => value is { Length: > 0 }) is { } found ? Parse(found, name) : null;
    }

    /// <exception cref="FormatException">Says what is missing, never what is there.</exception>
    public static ServiceBusAddress Parse(string connectionString, string setting)
    {
        // A key ends in "=": only the first one parts name and value.
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .ToDictionary(part => part[0].Trim(), part => part[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var isPlain = parts.GetValueOrDefault("UseDevelopmentEmulator") is { } text && bool.TryParse(text, out var isEmulator) && isEmulator;
        if (!Uri.TryCreate(parts.GetValueOrDefault("Endpoint"), UriKind.Absolute, out var endpoint) || endpoint.Scheme != "sb")
            throw new FormatException($"The setting {setting} is no Service Bus connection string: it needs Endpoint=sb://...");
        if (parts.GetValueOrDefault("SharedAccessKeyName") is not { Length: > 0 } keyName || parts.GetValueOrDefault("SharedAccessKey") is not { Length: > 0 } key)
            throw new FormatException($"The setting {setting} needs SharedAccessKeyName and SharedAccessKey: the embedded runtime knows no other way to sign in to Service Bus.");
        return new ServiceBusAddress(endpoint.Host, endpoint.Port > 0 && !endpoint.IsDefaultPort ? endpoint.Port : isPlain ? Plain : Tls, isPlain, keyName, key);
    }
}

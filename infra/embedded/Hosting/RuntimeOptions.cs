using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>What host.json and the settings tell the runtime, read once at start.</summary>
internal sealed class RuntimeOptions(IConfiguration settings)
{
    /// <summary>The first part of every function's route; may be empty.</summary>
    public string RoutePrefix { get; } = (settings[$"{AppSettings.HostJson}:extensions:http:routePrefix"] ?? "api").Trim('/');

    /// <summary>How many HTTP functions run at once; the rest wait their turn. Null means any number, as on the host's paid plans.</summary>
    public int? MaxConcurrentRequests { get; } =
        settings.GetValue($"{AppSettings.HostJson}:extensions:http:maxConcurrentRequests", -1) is > 0 and var most ? most : null;

    /// <summary>How long a function may run until its token is cancelled; null means for ever. The host's default outside Consumption is 30 minutes.</summary>
    public TimeSpan? FunctionTimeout { get; } = settings[$"{AppSettings.HostJson}:functionTimeout"] switch
    {
        null => TimeSpan.FromMinutes(30),
        "-1" or "-00:00:01" => null,
        var limit => TimeSpan.Parse(limit, CultureInfo.InvariantCulture),
    };

    /// <summary>Opens the admin surface and every function with a level above Anonymous.</summary>
    public string MasterKey { get; } = settings["EmbeddedRuntime:MasterKey"] is { Length: > 0 } key
        ? key
        : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Where timer status and clock offset outlive the process; without it they live in memory.</summary>
    public string? Database { get; } = settings["EmbeddedRuntime:Database"];

    /// <summary>The zone timer schedules are read in; UTC unless set, as on Azure.</summary>
    public string TimeZone { get; } = settings["WEBSITE_TIME_ZONE"] is { Length: > 0 } zone ? zone : "UTC";

    public string Urls { get; } = settings["urls"] ?? settings["ASPNETCORE_URLS"] ?? $"http://127.0.0.1:{settings["Host:LocalHttpPort"] ?? "7071"}";
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace NxLoy.Functions.Observability;

internal static class TelemetrySetup
{
    /// <summary>
    /// Sends traces and metrics by OTLP where the settings name an endpoint, and does nothing elsewhere. The exporter
    /// reads OpenTelemetry's other standard settings (protocol, headers, intervals) by itself.
    /// </summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 })
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry()
            .WithTracing(traces => traces.AddSource(Telemetry.Name).AddSource("Npgsql").AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(Telemetry.Name).AddMeter("Npgsql").AddMeter("System.Runtime").AddOtlpExporter());
        if (configuration["OTEL_SERVICE_NAME"] is not { Length: > 0 })
        {
            telemetry.ConfigureResource(resource => resource.AddService("nxloy-functions"));
        }

        if (configuration["OTEL_TRACES_SAMPLER"] is not { Length: > 0 })
        {
            // By default whoever calls would decide, and the Functions host marks its own traces as not sampled.
            telemetry.WithTracing(traces => traces.SetSampler(
                new ParentBasedSampler(new AlwaysOnSampler(), remoteParentNotSampled: new AlwaysOnSampler())));
        }

        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Observability;

internal static class ObservabilitySetup
{
    public static IServiceCollection AddObservability(this IServiceCollection services, IConfiguration configuration) => services
        .AddTelemetry(configuration)
        .AddSingleton(AuditOptions.From(configuration))
        .AddSingleton<CheckpointCopies>()
        .AddSingleton<AuditChain>()
        .AddSingleton<AuditCheckpoints>()
        .AddSingleton<VerifyAudit>()
        .AddSingleton<CutAudit>()
        .AddSingleton<Alerts>()
        .AddSingleton<CheckReadiness>()
        .AddSingleton<AuditLog>()
        .AddHostedService(provider => provider.GetRequiredService<AuditLog>());
}

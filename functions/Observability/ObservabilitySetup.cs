using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Storage;

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
        .AddSingleton(Redis)
        .AddSingleton<AuditLog>()
        .AddHostedService(provider => provider.GetRequiredService<AuditLog>());

    // Each instance goes on alone without it.
    private static OptionalDependency Redis(IServiceProvider provider)
    {
        var connection = provider.GetService<RedisConnection>();
        return new OptionalDependency("redis", () => connection is not null, async cancellation =>
        {
            await connection!.PingAsync(cancellation);
            return new Dependency("redis", "up");
        });
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Observability;

internal static class ObservabilitySetup
{
    public static IServiceCollection AddObservability(this IServiceCollection services) => services
        .AddSingleton<CheckReadiness>();
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Http.RateLimits;

internal static class RateLimitSetup
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        if (RateLimitOptions.From(configuration) is not { } options)
        {
            return services;
        }

        services.AddSingleton(options);
        return configuration["Redis:ConnectionString"] is { Length: > 0 }
            ? services.AddSingleton<IRateLimits, SharedRateLimits>()
            : services.AddSingleton<IRateLimits, LocalRateLimits>();
    }
}

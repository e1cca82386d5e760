using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

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
        return configuration["Redis:ConnectionString"] is { Length: > 0 } redis
            ? services.AddSingleton(Parsed(redis)).AddSingleton<IRateLimits, SharedRateLimits>()
            : services.AddSingleton<IRateLimits, LocalRateLimits>();
    }

    private static ConfigurationOptions Parsed(string redis)
    {
        try
        {
            return ConfigurationOptions.Parse(redis);
        }
        catch (ArgumentException)
        {
            // The message of the library would repeat it, password and all.
            throw new InvalidOperationException("The setting Redis:ConnectionString is not as StackExchange.Redis writes it: host:port,password=... See docs/settings.md.");
        }
    }
}

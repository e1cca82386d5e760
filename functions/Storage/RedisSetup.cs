using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace NxLoy.Functions.Storage;

internal static class RedisSetup
{
    /// <summary>Without Redis in the settings there is neither connection nor cache: each instance is on its own.</summary>
    public static IServiceCollection AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["Redis:ConnectionString"] is not { Length: > 0 } redis)
        {
            return services;
        }

        services.AddOptions<RedisCacheOptions>().Configure<RedisConnection>((options, connection) =>
        {
            options.ConnectionMultiplexerFactory = connection.OpenAsync;
            options.InstanceName = "nxloy:";
        });
        return services
            .AddSingleton(Parsed(redis))
            .AddSingleton<RedisConnection>()
            .AddStackExchangeRedisCache(_ => { })
            .AddSingleton<SharedCache>();
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

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.Http.OpenApi;
using NxLoy.Functions.Http.RateLimits;

namespace NxLoy.Functions.Http;

internal static class HttpSetup
{
    public static IServiceCollection AddHttpRoom(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) => services
        .AddSingleton<Endpoints>()
        .AddSingleton(new Tokens(AuthorityIn(configuration), DevelopmentKeyIn(configuration, environment)))
        .AddSingleton<Cursors>()
        .AddSingleton<ApiDescription>()
        .AddRateLimits(configuration);

    private static Authority? AuthorityIn(IConfiguration configuration) =>
        configuration["Authentication:Authority"] is { Length: > 0 } address
            ? new Authority(new Uri(address), configuration["Authentication:Audience"] ?? DevelopmentKey.Audience)
            : null;

    /// <summary>Whoever has that key is everybody, so it opens nothing outside a developer's machine.</summary>
    private static DevelopmentKey? DevelopmentKeyIn(IConfiguration configuration, IHostEnvironment environment) =>
        configuration["Authentication:DevelopmentKey"] is not { Length: > 0 } jwk ? null
        : environment.IsDevelopment() && configuration["WEBSITE_INSTANCE_ID"] is null ? new DevelopmentKey(jwk)
        : throw new InvalidOperationException(
            "Authentication:DevelopmentKey is for development only: remove the setting, or set AZURE_FUNCTIONS_ENVIRONMENT to Development on a machine of your own.");
}

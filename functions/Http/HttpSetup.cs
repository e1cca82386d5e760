using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Http;

internal static class HttpSetup
{
    public static IServiceCollection AddHttpRoom(this IServiceCollection services) => services
        .AddSingleton<Endpoints>()
        .AddSingleton<Tokens>()
        .AddSingleton<Cursors>();
}

using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Http.OpenApi;

namespace NxLoy.Functions.Http;

internal static class HttpSetup
{
    public static IServiceCollection AddHttpRoom(this IServiceCollection services) => services
        .AddSingleton<Endpoints>()
        .AddSingleton<ApiDescription>()
        .AddSingleton<Tokens>();
}

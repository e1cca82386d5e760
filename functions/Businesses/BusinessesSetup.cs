using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Businesses;

internal static class BusinessesSetup
{
    public static IServiceCollection AddBusinesses(this IServiceCollection services) => services
        .AddSingleton<ChangeBusiness>()
        .AddSingleton<GetBusiness>()
        .AddSingleton<UpdateBusiness>();
}

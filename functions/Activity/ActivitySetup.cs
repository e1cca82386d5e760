using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Activity;

internal static class ActivitySetup
{
    public static IServiceCollection AddActivity(this IServiceCollection services) => services
        .AddSingleton<RecordTransactions>()
        .AddSingleton(provider => RetryOptions.From(provider.GetRequiredService<IConfiguration>()))
        .AddSingleton<RetryLater>()
        .AddSingleton<TakeInMessages>()
        .AddSingleton<TakeInEvents>();
}

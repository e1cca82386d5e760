using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Activity;

internal static class ActivitySetup
{
    public static IServiceCollection AddActivity(this IServiceCollection services) => services
        .AddSingleton<RecordTransactions>()
        .AddSingleton<RecordBalances>()
        .AddSingleton<RecordRedemptions>()
        .AddSingleton<RecordCommunications>()
        .AddSingleton<RedateTransactions>()
        .AddSingleton<StartZoneChanges>()
        .AddSingleton<RecordEvents>()
        .AddSingleton<GetUnsettledEvents>()
        .AddSingleton<TakeInEvents>();
}

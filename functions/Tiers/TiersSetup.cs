using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Tiers;

internal static class TiersSetup
{
    public static IServiceCollection AddTiers(this IServiceCollection services) => services
        .AddEvents(TierEvents.All)
        .AddSingleton<ThresholdCache>()
        .AddSingleton<ReadTierSetting>()
        .AddSingleton<LoyaltyOfCustomer>()
        .AddSingleton<GetTierConfiguration>()
        .AddSingleton<UpdateTierConfiguration>()
        .AddSingleton<ListTierAudits>()
        .AddSingleton<GetTier>()
        .AddSingleton<ListTierChanges>()
        .AddSingleton<OverrideTier>()
        .AddSingleton<StartTierRuns>()
        .AddSingleton<GiveInitialTier>()
        .AddSingleton<RunTiers>()
        .AddSingleton<RequestTierRun>()
        .AddSingleton<GetTierRun>()
        .AddSingleton<SimulateTiers>();
}

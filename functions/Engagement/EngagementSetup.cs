using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Engagement;

internal static class EngagementSetup
{
    public static IServiceCollection AddEngagement(this IServiceCollection services) => services
        .AddSingleton<ListNotes>()
        .AddSingleton<ListReferrals>()
        .AddSingleton<ListTimeline>()
        .AddSingleton<WriteNote>()
        .AddSingleton<UpdateNote>()
        .AddSingleton<DeleteNote>()
        .AddSingleton<PutTag>()
        .AddSingleton<TakeOffTag>();
}

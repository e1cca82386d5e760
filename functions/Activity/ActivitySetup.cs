using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Activity;

internal static class ActivitySetup
{
    public static IServiceCollection AddActivity(this IServiceCollection services) => services
        .AddEvents(ActivityEvents.All)
        .AddSingleton<RecordTransactions>()
        .AddSingleton<RecordBalances>()
        .AddSingleton<RecordRedemptions>()
        .AddSingleton<RecordCommunications>()
        .AddSingleton<RedateTransactions>()
        .AddSingleton<StartZoneChanges>()
        .AddSingleton<RecordEvents>()
        .AddSingleton(provider => RetryOptions.From(provider.GetRequiredService<IConfiguration>()))
        .AddSingleton<JudgeEvents>()
        .AddSingleton<TakeInMessages>()
        .AddSingleton(provider => InboxOptions.From(provider.GetRequiredService<IConfiguration>()))
        .AddSingleton<ForgetInbox>()
        .AddSingleton<ParkEvents>()
        .AddSingleton<MoveDeadLetters>()
        .AddSingleton<RetryDeadLetters>()
        .AddSingleton<SettleDeadLetters>()
        .AddSingleton<ListDeadLetters>()
        .AddSingleton<GetDeadLetter>()
        .AddSingleton<RetryDeadLetter>()
        .AddSingleton<DiscardDeadLetter>()
        .AddSingleton<GetUnsettledEvents>()
        .AddSingleton<TakeInEvents>();
}

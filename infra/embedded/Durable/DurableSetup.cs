using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

internal static class DurableSetup
{
    /// <summary>The durable task hub, if some function needs one.</summary>
    /// <exception cref="InvalidOperationException">There is no database to keep it in.</exception>
    public static IServiceCollection AddDurable(this IServiceCollection services, FunctionTable functions, RuntimeOptions options)
    {
        if (!functions.Exists(function => function.IsDurable))
            return services;
        if (options.Database is not { Length: > 0 })
            throw new InvalidOperationException("The app has durable functions: set EmbeddedRuntime:Database, where their history is kept.");
        return services
            .AddSingleton<DurableOptions>()
            .AddSingleton<Worker>()
            .AddSingleton<WorkSignal>()
            .AddSingleton<InstanceStore>()
            .AddSingleton<OrchestrationQueue>()
            .AddSingleton<StepCommit>()
            .AddSingleton<OrchestrationExecutor>()
            .AddSingleton<ActivityQueue>()
            .AddSingleton<DurableClient>()
            .AddHostedService(provider => provider.GetRequiredService<Worker>())
            .AddHostedService(provider => provider.GetRequiredService<WorkSignal>())
            .AddHostedService<OrchestrationDispatcher>()
            .AddHostedService<ActivityDispatcher>();
    }
}

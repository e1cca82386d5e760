using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Middlewares run around orchestrators too, in every replay, and must not wait there.</summary>
public sealed class OrchestratorMiddlewareTests
{
    [Fact]
    public async Task MiddlewareThatWaitsBeforeNext_FailsTheInstance()
    {
        var end = await RunAsync(async (_, next) =>
        {
            await WaitAsync();
            await next();
        });

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("System.InvalidOperationException: An invalid asynchronous invocation was detected", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MiddlewareThatWaitsBeforeNext_ButNotAroundOrchestrators_HarmsNobody()
    {
        var waited = new ConcurrentQueue<string>();

        var end = await RunAsync(async (context, next) =>
        {
            if (!IsOrchestrator(context))
            {
                await WaitAsync();
                waited.Enqueue(context.FunctionDefinition.Name);
            }

            await next();
        });

        Assert.Equal((OrchestrationRuntimeStatus.Completed, "2"), (end.RuntimeStatus, end.SerializedOutput));
        Assert.Equal([nameof(SampleOrchestrations.Double)], waited);
    }

    [Fact]
    public async Task MiddlewareAroundAnOrchestrator_RunsInEveryReplay_AndComesOutOfTheLast()
    {
        var trace = new ConcurrentQueue<string>();

        await RunAsync(async (context, next) =>
        {
            trace.Enqueue($"{context.FunctionDefinition.Name} in");
            await next();
            trace.Enqueue($"{context.FunctionDefinition.Name} out");
        });

        Assert.Equal(["FanOut in", "Double in", "Double out", "FanOut in", "FanOut out"], trace);
    }

    // As long as any step could take: a wait that is over when it is awaited is none.
    private static Task WaitAsync() => Task.Delay(TimeSpan.FromSeconds(1));

    private static bool IsOrchestrator(FunctionContext context) =>
        context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "orchestrationTrigger");

    private static async Task<OrchestrationMetadata> RunAsync(Func<FunctionContext, Func<Task>, Task> middleware)
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var host = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(builder => builder.UseMiddleware(middleware), database.Setting);
        var client = host.Services.GetRequiredService<DurableClient>();
        var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.FanOut), 1);
        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Eventually.Patience);
    }
}

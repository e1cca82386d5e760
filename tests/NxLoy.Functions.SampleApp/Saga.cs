using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace NxLoy.Functions.SampleApp;

/// <summary>Everything an orchestration can do, with one right result whatever happens on the way.</summary>
public sealed class Saga(IConfiguration settings)
{
    [Function("PostSaga")]
    public static async Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "sagas/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient client)
    {
        if (await client.GetInstanceAsync(id) is null)
            await client.ScheduleNewOrchestrationInstanceAsync("Saga", 4, new StartOrchestrationOptions(id));
        return Results.Accepted();
    }

    [Function("PostSagaEvent")]
    public static async Task<IResult> Raise(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "sagas/{id}/event")] HttpRequest request, string id, [DurableClient] DurableTaskClient client)
    {
        await client.RaiseEventAsync(id, "Go", "on");
        return Results.Accepted();
    }

    [Function("GetSaga")]
    public static async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "sagas/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient client) =>
        await client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } saga
            ? Results.Text($"{saga.RuntimeStatus} {saga.SerializedCustomStatus} {saga.SerializedOutput}") : Results.NotFound();

    [Function("Saga")]
    public static async Task<string> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var event_ = context.WaitForExternalEvent<string>("Go", TimeSpan.FromDays(1));
        var squares = await Task.WhenAll(Enumerable.Range(1, context.GetInput<int>()).Select(n => context.CallActivityAsync<int>("SagaSquare", n)));
        context.SetCustomStatus("fanned in");
        var retried = await context.CallActivityAsync<string>(
            "SagaFailsOnce", context.InstanceId, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(5))));
        var child = await context.CallSubOrchestratorAsync<int>("SagaChild", squares.Sum());
        await context.CreateTimer(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        context.SetCustomStatus("waiting");
        return $"{squares.Sum()} {retried} {child} {await event_}";
    }

    [Function("SagaChild")]
    public static async Task<int> Child([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var square = await context.CallActivityAsync<int>("SagaSquare", context.GetInput<int>());
        await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        return square;
    }

    [Function("SagaSquare")]
    public static int Square([ActivityTrigger] int number) => number * number;

    /// <summary>Fails when the saga calls it for the first time, which a table remembers over kills.</summary>
    [Function("SagaFailsOnce")]
    public async Task<string> FailsOnce([ActivityTrigger] string id)
    {
        await using var connection = new NpgsqlConnection(settings["EmbeddedRuntime:Database"]);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            insert into saga_calls (id, calls) values ($1, 1) on conflict (id) do update set calls = saga_calls.calls + 1 returning calls
            """,
            connection);
        command.Parameters.Add(new() { Value = id });
        return (int)(await command.ExecuteScalarAsync())! == 1 ? throw new TimeoutException("the first time") : "retried";
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>host.json's maxConcurrentRequests: more wait their turn, and all are answered.</summary>
public sealed class TurnTests
{
    [Theory]
    [InlineData("3", 3)]
    [InlineData("-1", 12)]
    public async Task Requests_RunAtOnceAsManyAsHostJsonLetsThem(string setting, int most)
    {
        await using var host = await SampleApp.StartAsync<Turns>(("AzureFunctionsJobHost:extensions:http:maxConcurrentRequests", setting));
        using var client = host.CreateClient();
        Turns.Hold();

        var all = Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.GetStringAsync("/api/turns")));
        await Eventually.TrueAsync(() => Turns.Most == most);
        await Task.Delay(200); // for one more, that must not come
        Turns.Release();
        await all;

        Assert.Equal(most, Turns.Most);
    }

    [Fact]
    public async Task ClientThatGivesUpWaiting_LeavesItsTurnToOthers()
    {
        await using var host = await SampleApp.StartAsync<Turns>(("AzureFunctionsJobHost:extensions:http:maxConcurrentRequests", "1"));
        using var client = host.CreateClient();
        Turns.Hold();
        var first = client.GetStringAsync("/api/turns");
        await Eventually.TrueAsync(() => Turns.Most == 1);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStringAsync("/api/turns", giveUp.Token));
        Turns.Release();

        Assert.Equal("done", await first);
        Assert.Equal("done", await client.GetStringAsync("/api/turns"));
    }

    internal sealed class Turns
    {
        private static readonly Lock Gate = new();
        private static TaskCompletionSource released = new();
        private static int now;
        private static int most;

        public static int Most => most;

        /// <summary>Keeps every request from ending until <see cref="Release"/>.</summary>
        public static void Hold() => (now, most, released) = (0, 0, new(TaskCreationOptions.RunContinuationsAsynchronously));

        public static void Release() => released.SetResult();

        [Function("GetTurns")]
        public static async Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "turns")] HttpRequest request)
        {
            var running = Interlocked.Increment(ref now);
            lock (Gate)
                most = Math.Max(most, running);
            await released.Task;
            Interlocked.Decrement(ref now);
            return Results.Text("done");
        }
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>host.json's maxConcurrentRequests: more wait their turn, and all are answered.</summary>
public sealed class TurnTests
{
    [Theory]
    [InlineData("3", 3, 3)]
    [InlineData("-1", 4, 12)]
    public async Task Requests_RunAtOnceAsManyAsHostJsonLetsThem(string setting, int least, int most)
    {
        await using var host = await SampleApp.StartAsync<Turns>(("AzureFunctionsJobHost:extensions:http:maxConcurrentRequests", setting));
        using var client = host.CreateClient();
        Turns.Reset();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.GetStringAsync("/api/turns")));

        Assert.InRange(Turns.Most, least, most);
    }

    [Fact]
    public async Task ClientThatGivesUpWaiting_LeavesItsTurnToOthers()
    {
        await using var host = await SampleApp.StartAsync<Turns>(("AzureFunctionsJobHost:extensions:http:maxConcurrentRequests", "1"));
        using var client = host.CreateClient();
        var first = client.GetStringAsync("/api/turns");
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStringAsync("/api/turns", giveUp.Token));

        Assert.Equal("done", await first);
        Assert.Equal("done", await client.GetStringAsync("/api/turns"));
    }

    internal sealed class Turns
    {
        private static readonly Lock Gate = new();
        private static int now;
        private static int most;

        public static int Most => most;

        public static void Reset() => (now, most) = (0, 0);

        [Function("GetTurns")]
        public static async Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "turns")] HttpRequest request)
        {
            var running = Interlocked.Increment(ref now);
            lock (Gate)
                most = Math.Max(most, running);
            await Task.Delay(300);
            Interlocked.Decrement(ref now);
            return Results.Text("done");
        }
    }
}

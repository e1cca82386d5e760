using System.Diagnostics;
using System.Threading.Channels;

namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>
/// An open loop: requests come at a fixed rate, whether the ones before have been answered or not, as from people who know
/// nothing of each other. A request's time counts from the moment it was to be sent, so that a server that stalls cannot
/// hide the queue behind it (coordinated omission). When all connections are busy requests wait, and their time runs.
/// </summary>
internal static class OpenLoop
{
    private const int Connections = 256;

    public static async Task<Figures> RunAsync(Uri server, IReadOnlyList<Ask> asks, double perSecond, int seconds)
    {
        var due = Channel.CreateUnbounded<(long At, int Number)>(new() { SingleWriter = true });
        var connections = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => AnswerAsync(server, asks, due.Reader))).ToList();
        var count = (int)(perSecond * seconds);
        var schedule = new Thread(() => Schedule(due.Writer, perSecond, count)) { Priority = ThreadPriority.Highest };
        schedule.Start();

        var all = (await Task.WhenAll(connections)).SelectMany(one => one).ToList();
        return Figures.Of([.. all.Where(one => one.Ok).Select(one => one.Milliseconds)], seconds, all.Count(one => !one.Ok));
    }

    private static void Schedule(ChannelWriter<(long, int)> due, double perSecond, int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < count; Thread.Sleep(1))
            for (long at; sent < count && (at = start + (long)(sent / perSecond * Stopwatch.Frequency)) <= Stopwatch.GetTimestamp(); sent++)
                due.TryWrite((at, sent));

        due.Complete();
    }

    private static async Task<List<(double Milliseconds, bool Ok)>> AnswerAsync(Uri server, IReadOnlyList<Ask> asks, ChannelReader<(long At, int Number)> due)
    {
        var answers = new List<(double, bool)>();
        using var client = new RawClient(server);
        await foreach (var (at, number) in due.ReadAllAsync())
        {
            var ok = await client.AskAsync(asks[number % asks.Count], number);
            answers.Add((Stopwatch.GetElapsedTime(at).TotalMilliseconds, ok));
        }

        return answers;
    }
}

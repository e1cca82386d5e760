using System.Diagnostics;

namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>
/// Very many connections that are all open at the same time, each of which must be answered a given number of times: wrk
/// would not miss one that never is.
/// </summary>
internal static class Crowd
{
    public static async Task<Figures> RunAsync(Uri server, IReadOnlyList<Ask> asks, int connections, int times)
    {
        var clients = Enumerable.Range(0, connections).Select(_ => new RawClient(server)).ToList();
        var watch = Stopwatch.StartNew();
        var answers = (await Task.WhenAll(clients.Select((client, n) => Task.Run(() => AskAsync(client, n))))).SelectMany(one => one).ToList();
        var seconds = watch.Elapsed.TotalSeconds;
        clients.ForEach(client => client.Dispose());
        return Figures.Of([.. answers.Where(one => one.Ok).Select(one => one.Milliseconds)], seconds, answers.Count(one => !one.Ok));

        async Task<List<(double Milliseconds, bool Ok)>> AskAsync(RawClient client, int number)
        {
            var all = new List<(double, bool)>();
            for (var time = 0; time < times; time++)
            {
                var sent = Stopwatch.GetTimestamp();
                var ok = await client.AskAsync(asks[(number + time) % asks.Count], number);
                all.Add((Stopwatch.GetElapsedTime(sent).TotalMilliseconds, ok));
            }

            return all;
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>Timer functions of every kind, which write down their runs.</summary>
internal static class TimerSamples
{
    /// <summary>A host with the functions of one class.</summary>
    public static Task<FunctionsTestHost> StartAsync<TFunctions>(Runs runs, params (string, string?)[] settings) =>
        SampleApp.StartAsync<TFunctions>(builder => builder.Services.AddSingleton(runs), [("InHalfADay", InHalfADay), .. settings]);

    // Business time starts as the real one: a schedule that falls due by itself while a test runs would be a run too many.
    private static string InHalfADay { get; } = $"0 0 {DateTime.UtcNow.AddHours(12).Hour} * * *";

    internal sealed class Runs : ConcurrentQueue<TimerInfo>
    {
        private Task open = Task.CompletedTask;

        /// <summary>Keeps every run from ending until the returned action is called.</summary>
        public Action Hold()
        {
            var held = new TaskCompletionSource();
            open = held.Task;
            return held.SetResult;
        }

        public void Add(TimerInfo timer)
        {
            Enqueue(timer);
            open.Wait();
        }
    }

    internal sealed class Often(Runs runs)
    {
        [Function("Often")]
        public void Run([TimerTrigger("* * * * * *")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class Daily(Runs runs)
    {
        [Function("Daily")]
        public void Run([TimerTrigger("%InHalfADay%")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class Interval(Runs runs)
    {
        [Function("Interval")]
        public void Run([TimerTrigger("10:00:00")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class NotMonitored(Runs runs)
    {
        [Function("NotMonitored")]
        public void Run([TimerTrigger("0 0 */12 * * *", UseMonitor = false)] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class AtStart(Runs runs)
    {
        [Function("AtStart")]
        public void Run([TimerTrigger("30 2 * * *", RunOnStartup = true)] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class Failing(Runs runs)
    {
        [Function("Failing")]
        public void Run([TimerTrigger("%InHalfADay%")] TimerInfo timer)
        {
            runs.Add(timer);
            throw new InvalidOperationException("sample");
        }
    }

    internal sealed class FromSetting(Runs runs)
    {
        [Function("FromSetting")]
        public void Run([TimerTrigger("%Schedule%")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class UntilCancelled(Runs runs)
    {
        [Function("UntilCancelled")]
        public async Task Run([TimerTrigger("%InHalfADay%", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken)
        {
            runs.Add(timer);
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            runs.Add(timer);
        }
    }
}

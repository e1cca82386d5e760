using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.SampleApp;

/// <summary>What the tests ask a whole app to do.</summary>
public sealed class SampleFunctions(IConfiguration settings, TimeProvider time, Ticks ticks)
{
    [Function("GetEmpty")]
    public static IResult Empty([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) => Results.Text("ok");

    [Function("GetSetting")]
    public IResult Setting([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "settings/{name}")] HttpRequest request, string name) =>
        Results.Text(settings[name] ?? "(none)");

    [Function("GetTime")]
    public IResult Time([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "time")] HttpRequest request) =>
        Results.Text(time.GetUtcNow().ToString("O"));

    [Function("GetSlowly")]
    public async Task<IResult> Slowly(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slowly/{milliseconds:int}")] HttpRequest request, int milliseconds)
    {
        ticks.IsSlow = true;
        await Task.Delay(milliseconds);
        return Results.Text("done");
    }

    /// <summary>Whether a slow request has arrived.</summary>
    [Function("GetIsSlow")]
    public IResult GetIsSlow([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "is-slow")] HttpRequest request) => Results.Text($"{ticks.IsSlow}");

    [Function("GetTicks")]
    public IResult GetTicks([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ticks")] HttpRequest request) => Results.Text($"{ticks.Count}");

    /// <summary>How many bytes the process holds on to.</summary>
    [Function("GetMemory")]
    public static IResult GetMemory([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "memory")] HttpRequest request) =>
        Results.Text($"{GC.GetTotalMemory(forceFullCollection: true)}");

    [Function("EverySecond")]
    public void EverySecond([TimerTrigger("%EverySecond:Schedule%", UseMonitor = false)] TimerInfo timer) => ticks.Add(timer);
}

public sealed class Ticks
{
    private int count;

    public int Count => count;

    public bool IsSlow { get; set; }

    public void Add(TimerInfo _) => Interlocked.Increment(ref count);
}

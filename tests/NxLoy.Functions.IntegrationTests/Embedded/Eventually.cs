using System.Diagnostics;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>Waits for what another process or thread will do, far longer than it should take on a slow and busy machine.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < Patience, "It did not happen in time.");
            await Task.Delay(PauseAfter(waited.Elapsed));
        }
    }

    // The longer it takes, the seldomer it is asked: those who wait leave the machine to what they wait for.
    private static TimeSpan PauseAfter(TimeSpan waited) => TimeSpan.FromMilliseconds(Math.Clamp(waited.TotalMilliseconds / 20, 10, 100));
}

using Npgsql;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>
/// A process is killed at the n-th moment of some work (<see cref="CommitProxy"/>), for n = 1, 2, 3 and so on until the work
/// has fewer; each time another is started, which must bring the work to its end.
/// </summary>
/// <param name="proxy">What the process reaches its database through.</param>
/// <param name="start">Starts the process.</param>
internal sealed class CrashLoop<T>(CommitProxy proxy, Func<Task<T>> start)
    where T : ChildProcess
{
    // Far more than any work here has: something writes for ever.
    private const int Most = 150;

    /// <summary>Makes the work of round n, before anything can happen to the process.</summary>
    public Func<int, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary>Has the process begin; it may be killed before it answers.</summary>
    public required Func<T, Task> Begin { get; init; }

    /// <summary>Has the process that comes after begin; the same unless given.</summary>
    public Func<T, Task>? BeginAgain { get; init; }

    public required Func<Task<bool>> HasEnded { get; init; }

    /// <summary>Holds what came of a round against what should have.</summary>
    public required Func<T, Task> Check { get; init; }

    /// <param name="moreThan">So many moments at least are counted: fewer, and the test has lost its object.</param>
    public async Task RunAsync(int moreThan)
    {
        var process = await start();
        try
        {
            var (n, wasKilled) = (0, true);
            while (wasKilled)
            {
                Assert.True(++n < Most, "The work has no end of moments.");
                await Prepare(n);
                wasKilled = await IsKilledAsync(process, n);
                if (wasKilled)
                {
                    await process.DisposeAsync();
                    await ForgetAsync();
                    process = await start();
                    await (BeginAgain ?? Begin)(process);
                    await Eventually.TrueAsync(HasEnded);
                }

                await Check(process);
            }

            Assert.True(n > moreThan, $"Only {n} moments were counted.");
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    private async Task<bool> IsKilledAsync(T process, int n)
    {
        proxy.Arm(n, process.Kill);
        try
        {
            await Begin(process);
        }
        catch (HttpRequestException) when (!proxy.IsArmed)
        {
            // Killed before it could answer.
        }

        await Eventually.TrueAsync(async () => !proxy.IsArmed || await HasEnded());
        var wasKilled = !proxy.IsArmed;
        proxy.Disarm();
        return wasKilled;
    }

    // As if the dead process's lease had ended, which another test waits for.
    private async Task ForgetAsync()
    {
        await using var connection = new NpgsqlConnection(proxy.Server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("update functions_host.durable_workers set alive_until = clock_timestamp()", connection);
        await command.ExecuteNonQueryAsync();
    }
}

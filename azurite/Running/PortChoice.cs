using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>
/// Which port a part gets: the one asked for, or nothing; else the one it had last time, so that addresses stay; else its
/// default, or a free one above it.
/// </summary>
internal static class PortChoice
{
    // None is a developer's own: PostgreSQL's is 5432, Azurite's are 10000 to 10002, a Service Bus emulator's is 5672. 7071 is where the Functions host listens.
    public const int App = 7071;
    public const int Postgres = 54320;
    public const int Blob = 10100;
    public const int Broker = 56720;

    /// <summary>
    /// Starts a part on the port it gets. Should another process take that in the meantime, on the next one, unless that very one
    /// was asked for.
    /// </summary>
    /// <returns>The port.</returns>
    public static async Task<int> StartAsync(string what, int? asked, int? last, int preferred, int count, Func<int, Task> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = For(what, asked, last, preferred, count);
            try
            {
                await start(port);
                return port;
            }
            catch (PortTakenException taken) when (asked is null && attempt < 10)
            {
                _ = taken; // it is not free now, so it is not chosen again
            }
            catch (PortTakenException taken)
            {
                throw new LauncherException($"{what} found its port {port} taken by another process:\n{taken.Message}");
            }
        }
    }

    public static int For(string what, int? asked, int? last, int preferred, int count = 1)
    {
        if (asked is { } port)
            return AreFree(port, count)
                ? port
                : throw new LauncherException($"{what} is to listen on port {port}, but another process does.");

        return last is { } before && AreFree(before, count) ? before : Ports.FreeNear(preferred, count);
    }

    private static bool AreFree(int port, int count) => Enumerable.Range(port, count).All(Ports.IsFree);
}

using System.Threading.Channels;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// Commits together what came while the last commit was under way: under load the database is asked once for hundreds, alone
/// everything goes at once. How much waits is bounded by the credit of those who wait for an answer.
/// </summary>
internal sealed class GroupCommit<T>(Func<IReadOnlyList<T>, Task> commit, int most)
{
    private readonly Channel<T> waiting = Channel.CreateUnbounded<T>(new() { SingleReader = true });

    /// <returns>Whether it will be committed; not after the end.</returns>
    public bool Add(T one) => waiting.Writer.TryWrite(one);

    /// <summary>What is still waiting is committed.</summary>
    public void Complete() => waiting.Writer.TryComplete();

    public async Task RunAsync()
    {
        var group = new List<T>(most);
        while (await waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < most && waiting.Reader.TryRead(out var one))
                group.Add(one);
            await commit(group);
            group.Clear();
        }
    }
}

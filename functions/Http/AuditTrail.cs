namespace NxLoy.Functions.Http;

/// <summary>The customers that one request shows or changes, on their way to the audit log.</summary>
/// <param name="record">Completes when the row is committed.</param>
public sealed class AuditTrail(Func<IReadOnlyList<Guid>, Task> record)
{
    private readonly HashSet<Guid> touched = [];
    private readonly HashSet<Guid> recorded = [];
    private bool hasRow;

    /// <summary>The trail of work that nobody asked for over HTTP; whoever does that work records its run.</summary>
    public static AuditTrail None { get; } = new(_ => Task.CompletedTask);

    public void Touch(params IEnumerable<Guid> customers) => touched.UnionWith(customers);

    /// <summary>
    /// Commits what is not yet recorded: before a change is committed, so that none goes unrecorded whenever the process
    /// dies, and before an answer leaves. A row may thus tell of a change that then failed; never the other way round.
    /// </summary>
    public async Task FlushAsync()
    {
        var news = touched.Except(recorded).ToList();
        if (news.Count > 0 || !hasRow)
        {
            await record(news);
            recorded.UnionWith(news);
            hasRow = true;
        }
    }
}

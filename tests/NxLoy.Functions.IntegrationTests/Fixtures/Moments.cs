namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Which moments <see cref="CommitProxy"/> counts; each kind has those of the one before, too.</summary>
internal enum Moments
{
    /// <summary>
    /// A transaction has committed and the app does not know yet. These are all there are for work that leaves nothing but
    /// rows: a crash before a commit leaves what a crash after the commit before it left.
    /// </summary>
    Commits,

    /// <summary>A transaction has written all it will and is about to commit: what it did elsewhere, such as a blob or a message, is done.</summary>
    AroundCommits,

    /// <summary>A transaction has written and goes on. What it leaves is the same after any write, but not what an app makes of it that lives on.</summary>
    Statements,
}

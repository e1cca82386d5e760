using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Postgres;

/// <summary>
/// PostgreSQL refuses to run as root. An ordinary user needs nothing; root runs it as nobody, first in a user namespace,
/// where the files stay root's, else under nobody's real id, to whom its folder is then given. No account is created.
/// </summary>
internal sealed class PostgresAccount
{
    private const string Nobody = "65534";
    private static readonly string[] Namespace = ["unshare", "--user", $"--map-user={Nobody}", $"--map-group={Nobody}"];
    private static readonly string[][] Others =
    [
        ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"],
        ["runuser", "-u", "nobody", "--"],
        ["sudo", "-n", "-u", "nobody", "--"],
    ];

    private readonly string[] prefix;

    private PostgresAccount(string[] prefix) => this.prefix = prefix;

    private string Owner => prefix.Length == 0 || prefix[0] == Namespace[0] ? "0:0" : $"{Nobody}:{Nobody}";

    public static async Task<PostgresAccount> FindAsync(PostgresPrograms programs, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return new PostgresAccount([]);

        if (await Command.SucceedsAsync([.. Namespace, programs.Initdb, "--version"], cancellationToken))
            return new PostgresAccount(Namespace);

        foreach (var other in Others)
        {
            if (!await Command.SucceedsAsync([.. other, "true"], cancellationToken))
                continue;
            if (await Command.SucceedsAsync([.. other, programs.Initdb, "--version"], cancellationToken))
                return new PostgresAccount(other);
            throw new LauncherException(
                $"PostgreSQL does not run as root, and the account nobody cannot reach {programs.Initdb}{Closed(programs.Initdb)}. "
                + "Move the working copy to a folder that everybody may enter, or work as an ordinary user.");
        }

        throw new LauncherException(
            "PostgreSQL does not run as root, and none of unshare, setpriv, runuser and sudo works here. Work as an ordinary user.");
    }

    public IReadOnlyList<string> As(params IEnumerable<string> command) => [.. prefix, .. command];

    /// <summary>Gives a cluster's folder to whoever PostgreSQL runs as; the way may have changed since the last time.</summary>
    public async Task OwnAsync(string folder, CancellationToken cancellationToken)
    {
        if (prefix.Length == 0)
            return;

        await Command.RunAsync(["chown", "-R", Owner, folder], cancellationToken);
        if (!await Command.SucceedsAsync([.. prefix, "test", "-w", folder], cancellationToken))
            throw new LauncherException(
                $"PostgreSQL does not run as root, and the account nobody cannot write to {folder}{Closed(folder)}. "
                + "Move the working copy to a folder that everybody may enter, or work as an ordinary user.");
    }

    private static string Closed(string path)
    {
        var closed = Parents(path).LastOrDefault(
            f => !OperatingSystem.IsWindows() && !File.GetUnixFileMode(f).HasFlag(UnixFileMode.OtherExecute));
        return closed is null ? "" : $" (others may not enter {closed})";
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }
}

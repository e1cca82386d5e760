namespace NxLoy.Functions.Benchmarks.Report;

/// <summary>docs/benchmarks.md: a section for each part. A run replaces the sections it measured and leaves the others.</summary>
internal static class ReportFile
{
    private const string Introduction =
        """
        # Benchmarks

        Written by `./bench`; `./bench <part>` measures one part anew and replaces its section. Everything is real and on one machine: the app as it runs in production (Release, embedded runtime, tokens of an OpenID Connect authority checked, tenant, row-level security and audit on), a PostgreSQL that loses nothing in a power cut (fsync on), and the load itself, all sharing the cores named below.

        So no figure stands alone. Beside the app's own stands what the same machine did in the same minutes, in turns with it:

        - **bare API**: an ASP.NET Core minimal API that reads one customer by primary key, with the app's own statement, and answers the same bytes. It checks no token, knows no tenant, and records nothing.
        - **pgbench**: the statements that the app sends, sent by PostgreSQL's own load generator: the same role, the same row-level security, no app. Without the audit log's rows.

        Trust the ratios; the absolute figures belong to the machine. *requests/s* counts answers, *p95* is the time that 95 of 100 requests stayed under, *errors* are answers other than 2xx and 3xx, broken connections and requests unanswered after 30 seconds; *CPU µs* is how long a request keeps a core busy in the server that answers it, *database CPU µs* in PostgreSQL; *app MB* is the most memory that the app had resident meanwhile. Unless a section says otherwise the load is a closed loop (wrk): every connection sends its next request as soon as it has its answer, so at 1,000 connections times are queueing, not work.
        """;

    public static async Task WriteAsync(string path, IReadOnlyList<Part> order, IReadOnlyDictionary<string, string> measured)
    {
        var old = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        var sections = order.Select(part => measured.GetValueOrDefault(part.Name) ?? Kept(old, part.Name)).OfType<string>();
        await File.WriteAllTextAsync(path, string.Join("\n\n", [Introduction, .. sections]) + "\n");
    }

    public static string Framed(Part part, string machine, string body) =>
        $"""
        {Start(part.Name)}
        ## {part.Title}

        `./bench {part.Name}`, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, on {machine}.

        {body}
        {End(part.Name)}
        """;

    private static string? Kept(string old, string name) =>
        old.IndexOf(Start(name), StringComparison.Ordinal) is var from and >= 0 && old.IndexOf(End(name), from, StringComparison.Ordinal) is var until and >= 0
            ? old[from..(until + End(name).Length)] : null;

    private static string Start(string name) => $"<!-- {name} -->";

    private static string End(string name) => $"<!-- /{name} -->";
}

using System.Text.Json;

namespace NxLoy.Functions.Http;

/// <summary>
/// Where a page ended, sealed: nobody but this app can make or read one (it may hold a name), and it opens only for the
/// same caller, business and query.
/// </summary>
public sealed class Cursors(Sealing sealing)
{
    private const string Purpose = "cursor";

    /// <param name="list">The list's name, so that one list's cursor does not open another's.</param>
    /// <param name="query">Everything that decides which items there are and in what order: filters and sort, not the limit.</param>
    /// <param name="position">The last item's place in that order.</param>
    public string Seal<T>(Caller caller, string list, object query, T position) =>
        sealing.Seal(Purpose, Context(caller, list, query), JsonSerializer.SerializeToUtf8Bytes(position, Json.Options));

    /// <summary>The position in the request's cursor; null when it has none, and <c>invalid_cursor</c> when it is none of ours.</summary>
    public Result<T?> Open<T>(Caller caller, string list, object query, PageRequest page) where T : class =>
        page.Cursor is null ? (T?)null
        : sealing.Open(Purpose, Context(caller, list, query), page.Cursor) is { } plain ? JsonSerializer.Deserialize<T>(plain, Json.Options)
        : HttpProblems.InvalidCursor(page.CursorPointer);

    private static string Context(Caller caller, string list, object query) =>
        JsonSerializer.Serialize(new { caller.Business, caller.Subject, list, query }, Json.Options);
}

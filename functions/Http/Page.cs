namespace NxLoy.Functions.Http;

/// <summary>One page of a list.</summary>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Which page is asked for.</summary>
/// <param name="Limit">Items, 1-200.</param>
/// <param name="Cursor">The nextCursor of the page before; null for the first.</param>
/// <param name="CursorPointer">Where the cursor stood in the request.</param>
public sealed record PageRequest(int Limit, string? Cursor, string CursorPointer)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
    private const int CursorLength = 4096;

    /// <summary>Rows to ask the database for: one more than the page shows, which tells whether there is a next one.</summary>
    public int Rows => Limit + 1;

    /// <summary>Reads <c>limit</c> and <c>cursor</c>.</summary>
    public static PageRequest Read(Fields fields) =>
        new(fields.WholeNumber("limit", 1, MaxLimit) ?? DefaultLimit, fields.Text("cursor", CursorLength), fields.Pointer("cursor"));

    /// <summary>The same where a list takes nothing else.</summary>
    public static Result<PageRequest> From(Fields fields)
    {
        var page = Read(fields);
        return fields.Finish(() => page);
    }

    /// <summary>The page made of <see cref="Rows"/> rows or fewer.</summary>
    /// <param name="cursorAfter">The cursor that goes on after a row.</param>
    public Page<TItem> Of<TRow, TItem>(IReadOnlyList<TRow> rows, Func<TRow, TItem> item, Func<TRow, string> cursorAfter) =>
        new([.. rows.Take(Limit).Select(item)], rows.Count > Limit ? cursorAfter(rows[Limit - 1]) : null);
}

using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>What a client may write of a note: the body of POST, and what PATCH merges into.</summary>
/// <param name="Body">1-5,000 characters, trimmed.</param>
/// <param name="IsPinned">False when not given.</param>
public sealed record NoteFields(string Body, bool IsPinned)
{
    public const int BodyLength = 5000;

    public static Result<NoteFields> From(Fields fields)
    {
        var read = new NoteFields(fields.Text("body", BodyLength, required: true) ?? "", fields.Flag("isPinned") ?? false);
        return fields.Finish(() => read);
    }
}

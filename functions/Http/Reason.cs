namespace NxLoy.Functions.Http;

/// <summary>Why somebody does something: the optional body of a DELETE and of acts that ask for one.</summary>
public sealed record Reason(string? Text)
{
    public const int Length = 1000;

    public static Result<Reason> From(Fields fields)
    {
        var reason = fields.Text("reason", Length);
        return fields.Finish(() => new Reason(reason));
    }
}

using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>The body of POST .../export.</summary>
/// <param name="ExportType">Needed.</param>
/// <param name="Reason">Why it is asked for, at most 1,000 characters.</param>
public sealed record RequestedExport(ExportType ExportType, string? Reason)
{
    public static Result<RequestedExport> From(Fields fields)
    {
        var read = new RequestedExport(fields.Choice<ExportType>("exportType") ?? default, fields.Text("reason", Http.Reason.Length));
        fields.Require("exportType");
        return fields.Finish(() => read);
    }
}

/// <summary>The body of POST .../reject.</summary>
/// <param name="Reason">The ground on which it is refused, at most 1,000 characters. Needed: the customer is told.</param>
public sealed record Refusal(string Reason)
{
    public static Result<Refusal> From(Fields fields)
    {
        var reason = fields.Text("reason", Http.Reason.Length, required: true);
        return fields.Finish(() => new Refusal(reason!));
    }
}

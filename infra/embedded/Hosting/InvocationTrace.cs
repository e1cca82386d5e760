using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>The W3C trace an invocation belongs to: as on the real host there always is one, and it is the caller's where the caller sent one.</summary>
internal sealed class InvocationTrace(string parent, string state) : TraceContext
{
    public override string TraceParent => parent;
    public override string TraceState => state;

    /// <param name="http">The request that started it.</param>
    /// <param name="told">The traceparent that came with what else started it.</param>
    public static InvocationTrace Of(HttpContext? http, string? told)
    {
        // ASP.NET Core makes an activity only where somebody logs or listens.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity)
            return new(id, activity.TraceStateString ?? "");

        string? sent = http is null ? told : http.Request.Headers.TraceParent;
        return sent is not null && ActivityContext.TryParse(sent, null, out _)
            ? new(sent, http?.Request.Headers.TraceState.ToString() ?? "")
            : new($"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00", "");
    }
}

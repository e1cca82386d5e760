using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Observability;

/// <summary>What ties a request, its audit row and its log lines together: the W3C trace id, 32 hex digits.</summary>
internal static class Correlation
{
    /// <summary>The trace that the host passes on, which is the client's own where it sent a traceparent.</summary>
    public static string Of(FunctionContext context) =>
        ActivityContext.TryParse(context.TraceContext.TraceParent, null, out var trace) ? trace.TraceId.ToHexString()
        : (System.Diagnostics.Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString();
}

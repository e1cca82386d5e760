using System.Diagnostics;

namespace NxLoy.Functions.Observability;

/// <summary>What ties a request, its audit row and its log lines together: the W3C trace id, 32 hex digits.</summary>
internal static class Correlation
{
    /// <summary>The id in a traceparent: the host passes one to every invocation, the client's own where it sent one.</summary>
    public static string Of(string traceParent) =>
        (ActivityContext.TryParse(traceParent, null, out var trace) ? trace.TraceId : ActivityTraceId.CreateRandom()).ToHexString();
}

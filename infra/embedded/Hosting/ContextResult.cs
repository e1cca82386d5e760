using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>A window on the invocation's result, so that a middleware can read and replace it.</summary>
internal sealed class ContextResult(FunctionContext context) : InvocationResult
{
    public override object? Value
    {
        get => ((Invocation)context).Result;
        set => ((Invocation)context).Result = value;
    }
}

/// <inheritdoc cref="ContextResult"/>
internal sealed class ContextResult<T>(FunctionContext context) : InvocationResult<T>
{
    public override T? Value
    {
        get => (T?)((Invocation)context).Result;
        set => ((Invocation)context).Result = value;
    }
}

using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Embedded.Http;
using NxLoy.Functions.Embedded.ServiceBus;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>
/// One invocation. Most functions never look at most of this, so all that costs memory is made when first asked for.
/// </summary>
internal sealed class Invocation(Function function, IServiceProvider services, object triggerValue, TimeSpan? timeLimit, CancellationToken caller)
    : FunctionContext, IDisposable
{
    private readonly long startedAt = Stopwatch.GetTimestamp();
    private IDictionary<object, object>? items;
    private InvocationFeatures? features;
    private TraceContext? trace;
    private BindingContext? binding;
    private CancellationTokenSource? cancellation;
    private string? invocationId;

    public Function Function => function;

    /// <summary>What started the function: an HttpContext, a TimerInfo, a MessageCall.</summary>
    public object TriggerValue => triggerValue;

    public HttpContext? HttpContext => triggerValue as HttpContext;

    /// <summary>What the function returned or a middleware put in its place.</summary>
    public object? Result { get; set; }

    public override string InvocationId => invocationId ??= Guid.NewGuid().ToString();
    public override string FunctionId => function.Id;
    public override FunctionDefinition FunctionDefinition => function;
    public override IServiceProvider InstanceServices { get; set; } = services;
    public override IInvocationFeatures Features => features ??= new();
    public override TraceContext TraceContext => trace ??= InvocationTrace.Of(HttpContext, (triggerValue as MessageCall)?.TraceParent);
    public override BindingContext BindingContext => binding ??= (triggerValue as MessageCall)?.Binding ?? new BindingValues(HttpContext);

    public override IDictionary<object, object> Items
    {
        get => items ??= HttpContext is { } http ? new() { [HttpFunction.HttpContextItem] = http } : new Dictionary<object, object>();
        set => items = value;
    }

    public override CancellationToken CancellationToken => (cancellation ??= Limit()).Token;

    public void Dispose() => cancellation?.Dispose();

    private CancellationTokenSource Limit()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        if (timeLimit is { } limit)
        {
            var left = limit - Stopwatch.GetElapsedTime(startedAt);
            source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        return source;
    }
}

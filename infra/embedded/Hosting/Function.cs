using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>A function of the app, its method compiled to a delegate.</summary>
internal sealed class Function : FunctionDefinition
{
    private readonly Func<IServiceProvider, object?> target;
    private readonly Func<Invocation, ValueTask<object?>>[] arguments;
    private readonly Func<object?, object?[], ValueTask<object?>> method;

    public Function(string name, MethodInfo method, bool disabled)
    {
        Name = name;
        IsDisabled = disabled;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        PathToAssembly = method.DeclaringType.Assembly.Location;
        (TriggerParameter, Trigger) = FindTrigger(method);
        InputBindings = ImmutableDictionary<string, BindingMetadata>.Empty.Add(TriggerParameter.Name!, new TriggerMetadata(TriggerParameter.Name!, TriggerType));

        DurableClients = [.. method.GetParameters().Where(p => p.IsDefined(typeof(DurableClientAttribute)))];
        target = FunctionMethod.Target(method);
        this.method = FunctionMethod.Compile(method);
        arguments = [.. method.GetParameters().Select(p => ParameterBinding.For(p, this))];
    }

    public override string Name { get; }
    public override string Id => Name;
    public override string EntryPoint { get; }
    public override string PathToAssembly { get; }
    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public bool IsDisabled { get; }
    public ParameterInfo TriggerParameter { get; }
    public TriggerBindingAttribute Trigger { get; }

    /// <summary>The parameters that get a client of the durable task hub.</summary>
    public IReadOnlyList<ParameterInfo> DurableClients { get; }

    /// <summary>Whether the function needs the durable task hub.</summary>
    public bool IsDurable => !IsDisabled && (DurableClients.Count > 0 || Trigger is OrchestrationTriggerAttribute or ActivityTriggerAttribute);

    public HttpTriggerAttribute? Http => Trigger as HttpTriggerAttribute;
    public TimerTriggerAttribute? Timer => Trigger as TimerTriggerAttribute;

    /// <summary>The name bindings go by in metadata: <c>httpTrigger</c> for HttpTriggerAttribute.</summary>
    public string TriggerType
    {
        get
        {
            var type = Trigger.GetType().Name[..^"Attribute".Length];
            return char.ToLowerInvariant(type[0]) + type[1..];
        }
    }

    public async Task ExecuteAsync(Invocation invocation)
    {
        var values = arguments.Length == 0 ? [] : new object?[arguments.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = await arguments[i](invocation);
        invocation.Result = await method(target(invocation.InstanceServices), values);
    }

    private static (ParameterInfo, TriggerBindingAttribute) FindTrigger(MethodInfo method) =>
        method.GetParameters()
            .Select(p => (Parameter: p, Trigger: p.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(p => p.Trigger is not null).ToList() is [var only]
            ? (only.Parameter, only.Trigger!)
            : throw new InvalidOperationException($"{method.DeclaringType}.{method.Name} needs exactly one parameter with a trigger.");

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name => name;
        public override string Type => type;
        public override BindingDirection Direction => BindingDirection.In;
    }
}

using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Embedded.Http;
using NxLoy.Functions.Embedded.ServiceBus;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>Decides once, at start, where a parameter's value comes from. What the runtime cannot bind stops the start.</summary>
internal static class ParameterBinding
{
    public static Func<Invocation, ValueTask<object?>> For(ParameterInfo parameter, Function function)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
            return invocation => new(invocation);
        if (type == typeof(CancellationToken))
            return invocation => new(invocation.CancellationToken);
        // By name: two hosts that start side by side may each see an object of their own for one parameter.
        if (parameter.Name == function.TriggerParameter.Name)
            return FromTrigger(type, function);
        if (type == typeof(ServiceBusMessageActions) && function.Trigger is ServiceBusTriggerAttribute)
            return invocation => new(((MessageCall)invocation.TriggerValue).Actions);
        if (type == typeof(DurableTaskClient) && parameter.IsDefined(typeof(DurableClientAttribute)))
            return invocation => new(invocation.InstanceServices.GetRequiredService<DurableClient>());
        if (function.Http is not null && parameter.IsDefined(typeof(FromBodyAttribute)))
            return invocation => RequestBody.ReadAsync(invocation.HttpContext!, type);
        if (function.Http is not null && type == typeof(HttpRequest))
            return invocation => new(invocation.HttpContext!.Request);
        if (function.Http is not null)
            return FromRouteOrQuery(parameter);
        throw Unsupported(type, function);
    }

    private static Func<Invocation, ValueTask<object?>> FromTrigger(Type type, Function function) => function.Trigger switch
    {
        HttpTriggerAttribute when type == typeof(HttpRequest) => invocation => new(invocation.HttpContext!.Request),
        TimerTriggerAttribute when type == typeof(TimerInfo) => invocation => new(invocation.TriggerValue),
        OrchestrationTriggerAttribute when type == typeof(TaskOrchestrationContext) => invocation => new(invocation.TriggerValue),
        ActivityTriggerAttribute => invocation => new(DurableJson.Converter.Deserialize(((ActivityCall)invocation.TriggerValue).Input, type)),
        ServiceBusTriggerAttribute trigger when MessageCall.Binder(type, trigger.IsBatched) is { } bind => invocation => new(bind((MessageCall)invocation.TriggerValue)),
        _ => throw Unsupported(type, function),
    };

    private static Func<Invocation, ValueTask<object?>> FromRouteOrQuery(ParameterInfo parameter)
    {
        var (name, type) = (parameter.Name!, parameter.ParameterType);
        var missing = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        var mayBeMissing = parameter.HasDefaultValue || !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;
        var convert = Conversion(Nullable.GetUnderlyingType(type) ?? type);
        return invocation => BindingValues.Find(invocation.HttpContext!, name) switch
        {
            { } text => new(convert(text)),
            null when mayBeMissing => new(missing),
            null => throw new InvalidOperationException($"Cannot bind parameter '{name}': the request has no such value."),
        };
    }

    // The worker converts these from plain text and leaves the rest to its JSON serializer.
    private static Func<string, object?> Conversion(Type type) =>
        type == typeof(string) ? text => text
        : type == typeof(Guid) ? text => Guid.Parse(text)
        : type == typeof(DateTime) ? text => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
        : type == typeof(DateTimeOffset) ? text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(DateOnly) ? text => DateOnly.Parse(text, CultureInfo.InvariantCulture)
        : text => JsonSerializer.Deserialize(text, type, JsonSerializerOptions.Web);

    private static NotSupportedException Unsupported(Type type, Function function) =>
        new($"Function {function.Name}: the embedded runtime does not bind {type} here. See infra/embedded/README.md on how to add a binding.");
}

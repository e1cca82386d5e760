using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>A function as the admin surface lists it.</summary>
internal static class FunctionMetadata
{
    public static object Of(Function function, string address, string routePrefix) => new
    {
        name = function.Name,
        href = $"{address}/admin/functions/{function.Name}",
        invoke_url_template = function.Http is null ? null : address + HostEndpoints.Route(function, routePrefix),
        language = "dotnet-isolated",
        config = new
        {
            name = function.Name,
            entryPoint = function.EntryPoint,
            scriptFile = Path.GetFileName(function.PathToAssembly),
            language = "dotnet-isolated",
            bindings = Bindings(function),
        },
        isDisabled = function.IsDisabled,
        isDirect = true,
        isProxy = false,
    };

    private static IEnumerable<Dictionary<string, object?>> Bindings(Function function)
    {
        yield return OfMessages(function, Binding(function.TriggerParameter, function.Trigger.GetType(), function.TriggerType));
        foreach (var client in function.DurableClients)
            yield return Binding(client, typeof(DurableClientAttribute), "durableClient");
        if (function.Http is not null)
            yield return new() { ["name"] = "$return", ["type"] = "http", ["direction"] = "Out" };
    }

    // The SDK emits what the code says, no defaults: constructor arguments and named ones.
    private static Dictionary<string, object?> Binding(ParameterInfo parameter, Type kind, string type)
    {
        var binding = new Dictionary<string, object?> { ["name"] = parameter.Name, ["direction"] = "In", ["type"] = type };
        var attribute = parameter.GetCustomAttributesData().Single(a => a.AttributeType == kind);
        foreach (var (named, argument) in attribute.Constructor.GetParameters().Zip(attribute.ConstructorArguments))
            binding[named.Name!] = Value(argument);
        foreach (var argument in attribute.NamedArguments)
            binding[JsonNamingPolicy.CamelCase.ConvertName(argument.MemberName)] = Value(argument.TypedValue);
        return binding;
    }

    // How many messages start a function, and as what, the SDK reads from the parameter.
    private static Dictionary<string, object?> OfMessages(Function function, Dictionary<string, object?> binding)
    {
        if (function.Trigger is not ServiceBusTriggerAttribute trigger)
            return binding;
        binding.Remove("isBatched");
        binding["cardinality"] = trigger.IsBatched ? "Many" : "One";
        if (function.TriggerParameter.ParameterType is var type && (type == typeof(string) || type == typeof(string[])))
            binding["dataType"] = "String";
        else
            binding["properties"] = new { supportsDeferredBinding = "True" };
        return binding;
    }

    private static object? Value(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        IEnumerable<CustomAttributeTypedArgument> items => items.Select(i => i.Value).ToArray(),
        { } level when argument.ArgumentType == typeof(AuthorizationLevel) => ((AuthorizationLevel)level).ToString(),
        var value => value,
    };
}

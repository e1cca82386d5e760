using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>The app's functions, found by their attribute and bound once at start.</summary>
internal sealed class FunctionTable : List<Function>
{
    public const BindingFlags Methods = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static FunctionTable From(IEnumerable<Type> types, IConfiguration settings)
    {
        var table = new FunctionTable();
        foreach (var method in types.SelectMany(t => t.GetMethods(Methods)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
                continue;
            if (table.Find(attribute.Name) is { } other)
                throw new InvalidOperationException($"Function names are unique: {attribute.Name} is both {other.EntryPoint} and {method.DeclaringType}.{method.Name}.");
            table.Add(new Function(attribute.Name, method, IsDisabled(attribute, settings)));
        }

        return table;
    }

    public static bool IsDisabled(FunctionAttribute function, IConfiguration settings) => settings.GetValue<bool>($"AzureWebJobs.{function.Name}.Disabled");

    public Function? Find(string name) => Find(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The enabled function whose orchestration trigger goes by this name.</summary>
    public Function? FindOrchestrator(string name) =>
        Find(f => !f.IsDisabled && f.Trigger is OrchestrationTriggerAttribute trigger && Names(trigger.Orchestration ?? f.Name, name));

    /// <summary>The enabled function whose activity trigger goes by this name.</summary>
    public Function? FindActivity(string name) =>
        Find(f => !f.IsDisabled && f.Trigger is ActivityTriggerAttribute trigger && Names(trigger.Activity ?? f.Name, name));

    private static bool Names(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

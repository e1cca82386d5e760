using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Http;

/// <summary>One HTTP function as its attributes describe it.</summary>
/// <param name="Route">As in the trigger, without the host's prefix.</param>
/// <param name="Methods">Upper case; empty means all.</param>
/// <param name="Roles">Who may call it; None means everyone, without a token.</param>
/// <param name="Query">The query parameters it takes.</param>
public sealed record Endpoint(
    string Name, string Route, IReadOnlyList<string> Methods, Role Roles, IReadOnlyList<string> Query, MethodInfo Method)
{
    /// <summary>Answers what no other function does, so it says nothing about parameters.</summary>
    public bool IsCatchAll => Route.StartsWith("{*", StringComparison.Ordinal);
}

/// <summary>The HTTP functions of this app, read once from their attributes.</summary>
public sealed class Endpoints
{
    private readonly Dictionary<string, Endpoint> byName;

    public Endpoints() => byName = Read().ToDictionary(endpoint => endpoint.Name, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<Endpoint> All => byName.Values;

    public Endpoint? Find(string function) => byName.GetValueOrDefault(function);

    private static IEnumerable<Endpoint> Read() =>
        from type in Assembly.GetExecutingAssembly().GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
        where function is not null && trigger is not null
        select new Endpoint(
            function.Name,
            trigger.Route ?? function.Name,
            [.. (trigger.Methods ?? []).Select(name => name.ToUpperInvariant())],
            method.GetCustomAttribute<AllowAttribute>()?.Roles ?? Role.None,
            method.GetCustomAttribute<QueryAttribute>()?.Names ?? [],
            method);
}

using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace NxLoy.Functions.Http;

/// <summary>One HTTP function as its attributes describe it.</summary>
/// <param name="Name">The function's name, unique in the app.</param>
/// <param name="Route">From the root, with the host's prefix.</param>
/// <param name="Methods">Upper case; empty means all.</param>
/// <param name="Roles">Who may call it; None means everyone, without a token.</param>
/// <param name="Operation">What the API's description says of it; null only for the catch-all.</param>
public sealed record Endpoint(
    string Name, RoutePattern Route, IReadOnlyList<string> Methods, Role Roles, OperationAttribute? Operation, MethodInfo Method)
{
    /// <summary>True for the function that answers what no other does; it is no part of the API.</summary>
    public bool IsCatchAll => Route.RawText == Prefix + "{*path}";

    /// <summary>The host's prefix of every route: <c>extensions.http.routePrefix</c> of host.json.</summary>
    public const string Prefix = "api/";
}

/// <summary>The HTTP functions of this app, read once from their attributes.</summary>
public sealed class Endpoints
{
    private static readonly DefaultInlineConstraintResolver Constraints = new(Options.Create(new RouteOptions()), NoServices.Instance);

    private readonly Dictionary<string, Endpoint> byName;
    private readonly List<(Endpoint Endpoint, TemplateMatcher Matcher)> matchers;

    public Endpoints()
    {
        byName = Read().ToDictionary(endpoint => endpoint.Name, StringComparer.OrdinalIgnoreCase);
        matchers = [.. byName.Values.Where(endpoint => !endpoint.IsCatchAll).Select(endpoint =>
            (endpoint, new TemplateMatcher(new RouteTemplate(endpoint.Route), new RouteValueDictionary(endpoint.Route.Defaults))))];
    }

    public IEnumerable<Endpoint> All => byName.Values;

    public Endpoint? Find(string function) => byName.GetValueOrDefault(function);

    /// <summary>The methods that a path takes, in order; none when there is no such resource.</summary>
    public IReadOnlyList<string> MethodsOf(PathString path) =>
        [.. matchers.Where(known => Matches(known.Endpoint.Route, known.Matcher, path))
            .SelectMany(known => known.Endpoint.Methods)
            .Distinct()
            .Order(StringComparer.Ordinal)];

    // The matcher itself knows no constraints, so {id:guid} would match any text.
    private static bool Matches(RoutePattern route, TemplateMatcher matcher, PathString path)
    {
        var values = new RouteValueDictionary();
        return matcher.TryMatch(path, values) && route.ParameterPolicies.All(parameter => parameter.Value.All(policy =>
            Constraints.ResolveConstraint(policy.Content!)!.Match(null, null, parameter.Key, values, RouteDirection.IncomingRequest)));
    }

    private static IEnumerable<Endpoint> Read() =>
        from type in Assembly.GetExecutingAssembly().GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
        where function is not null && trigger is not null
        select new Endpoint(
            function.Name,
            RoutePatternFactory.Parse(Endpoint.Prefix + (trigger.Route ?? function.Name)),
            [.. (trigger.Methods ?? []).Select(name => name.ToUpperInvariant())],
            method.GetCustomAttribute<AllowAttribute>()?.Roles ?? Role.None,
            method.GetCustomAttribute<OperationAttribute>(),
            method);

    // Inline constraints such as guid and int are made without services.
    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}

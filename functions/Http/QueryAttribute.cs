namespace NxLoy.Functions.Http;

/// <summary>The query parameters that a function takes; any other is refused, and without the attribute every one is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QueryAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names => names;
}

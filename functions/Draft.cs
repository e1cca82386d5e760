namespace NxLoy.Functions;

/// <summary>
/// What was read from a request, with the faults found so far: a use case adds those that only the database shows, so
/// that one answer names them all.
/// </summary>
public sealed record Draft<T>(T Value, IReadOnlyList<Fault> Faults)
{
    /// <summary>The value, unless it had faults or these are some. A field that is faulty already is not blamed twice.</summary>
    public Result<T> Accept(params IEnumerable<Fault> more) =>
        Faults.Concat(more).DistinctBy(fault => fault.Pointer).ToList() is { Count: > 0 } faults ? Problem.Invalid(faults) : Value;
}

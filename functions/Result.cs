using System.Diagnostics.CodeAnalysis;

namespace NxLoy.Functions;

/// <summary>Either a value or the problem that stands in its place.</summary>
public readonly struct Result<T>
{
    private readonly T value;

    private Result(T value, Problem? problem) => (this.value, Problem) = (value, problem);

    public Problem? Problem { get; }

    public T Value => Problem is null ? value : throw new InvalidOperationException($"There is no value, but the problem {Problem.Code}.");

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Problem problem) => new(default!, problem);

    public bool Failed([NotNullWhen(true)] out Problem? problem) => (problem = Problem) is not null;
}

/// <summary>What a use case answers that has nothing to say but that it is done.</summary>
public readonly record struct Done;

public static class ResultSteps
{
    /// <summary>Goes on with the value, or passes the problem through.</summary>
    public static async Task<Result<TNext>> Then<T, TNext>(this Task<Result<T>> step, Func<T, Task<Result<TNext>>> next)
    {
        var result = await step;
        return result.Failed(out var problem) ? problem : await next(result.Value);
    }
}

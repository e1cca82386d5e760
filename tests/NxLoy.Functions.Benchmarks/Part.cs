using NxLoy.Functions.Benchmarks.Report;

namespace NxLoy.Functions.Benchmarks;

/// <summary>A part of the benchmarks: <c>./bench name</c>, and its section in docs/benchmarks.md.</summary>
internal sealed record Part(string Name, string Title, Func<Bench, Task<Section>> RunAsync);

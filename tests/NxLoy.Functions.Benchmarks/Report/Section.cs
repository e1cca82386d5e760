using System.Globalization;
using NxLoy.Functions.Benchmarks.Load;

namespace NxLoy.Functions.Benchmarks.Report;

/// <summary>What one part measured: a table, goals beside figures, and how to read it.</summary>
internal sealed class Section(string text, params string[] header)
{
    private static readonly string[] OfRequests =
    [
        "| | customers | connections | requests/s | p50 ms | p95 ms | p99 ms | errors | CPU µs | database CPU µs | app MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ];

    private readonly List<string> rows = [];
    private readonly List<(string Text, string Figure, bool Met)> goals = [];

    public int Missed => goals.Count(goal => !goal.Met);

    public void Add(string what, int customers, int? connections, Figures figures, double? memory = null)
    {
        rows.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {customers:n0} | {connections:n0} | {figures.PerSecond:n0} | {Ms(figures.P50)} | {Ms(figures.P95)} | {Ms(figures.P99)} | {figures.Errors} | {figures.ServerCpu:n0} | {figures.PostgresCpu:n0} | {memory:n0} |"));
        Console.WriteLine(rows[^1]);
    }

    /// <summary>A row under a header of the section's own.</summary>
    public void Row(string row)
    {
        rows.Add(row);
        Console.WriteLine(row);
    }

    public void Goal(string text, string figure, bool met)
    {
        goals.Add((text, figure, met));
        Console.WriteLine($"{(met ? "met   " : "MISSED")}  {text}: {figure}");
    }

    /// <summary>Errors and memory have the same goals everywhere.</summary>
    public void GoalsOfAll(Figures figures, double memory)
    {
        Goal("every request answered with success", string.Create(CultureInfo.InvariantCulture, $"{figures.Errors:n0} errors"), figures.Errors == 0);
        Goal("app under 400 MB resident, at its peak", string.Create(CultureInfo.InvariantCulture, $"{memory:n0} MB"), memory < 400);
    }

    public override string ToString() =>
        $"""
        {text}

        {string.Join('\n', header is [] ? OfRequests : header)}
        {string.Join('\n', rows)}

        | goal | figure | |
        | --- | --- | --- |
        {string.Join('\n', goals.Select(goal => $"| {goal.Text} | {goal.Figure} | {(goal.Met ? "met" : "**missed**")} |"))}
        """;

    public static string Ms(double milliseconds) => milliseconds.ToString(milliseconds < 10 ? "n1" : "n0", CultureInfo.InvariantCulture);
}

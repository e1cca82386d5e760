namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>What one way of asking reached. Times in milliseconds.</summary>
/// <param name="Refused">Answers outside 2xx and 3xx.</param>
/// <param name="Broken">Connections that failed and requests that timed out.</param>
internal sealed record Figures(double PerSecond, double P50, double P95, double P99, double Max, long Refused = 0, long Broken = 0)
{
    /// <summary>Microseconds that a request kept a core busy in the server that answered it.</summary>
    public double? ServerCpu { get; init; }

    /// <summary>The same in PostgreSQL.</summary>
    public double? PostgresCpu { get; init; }

    public long Errors => Refused + Broken;

    /// <summary>Of every answer's time.</summary>
    public static Figures Of(List<double> milliseconds, double seconds, int refused)
    {
        milliseconds.Sort();
        double At(double share) => milliseconds.Count == 0 ? 0 : milliseconds[Math.Min(milliseconds.Count - 1, (int)(milliseconds.Count * share))];
        return new Figures(milliseconds.Count / seconds, At(0.50), At(0.95), At(0.99), At(1), refused);
    }

    /// <summary>Rounds of the same thing as one: rates and times are means, errors a sum.</summary>
    public static Figures Of(IReadOnlyCollection<Figures> rounds) => new(
        rounds.Average(round => round.PerSecond), rounds.Average(round => round.P50), rounds.Average(round => round.P95),
        rounds.Average(round => round.P99), rounds.Max(round => round.Max), rounds.Sum(round => round.Refused), rounds.Sum(round => round.Broken))
    {
        ServerCpu = rounds.Average(round => round.ServerCpu),
        PostgresCpu = rounds.Average(round => round.PostgresCpu),
    };
}

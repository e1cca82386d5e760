namespace NxLoy.Functions.LocalStack.Testing;

/// <param name="Quick">Leaves out what takes long (trait Category=Slow) and the coverage.</param>
/// <param name="Filter">In the syntax of <c>dotnet test --filter</c>; no coverage is asked of a part.</param>
internal sealed record TestOptions(bool Quick, string? Filter)
{
    public const string Help =
        """
        ./test [--quick] [--filter EXPRESSION]

        Builds the solution, starts a PostgreSQL of its own and runs every test against it. Fails when a test fails or
        when less than 80 % of the lines of functions/ and infra/embedded/ are covered.

          --quick              leaves out the slow tests (Category=Slow) and the coverage
          --filter EXPRESSION  only these tests, as in: dotnet test --filter (no coverage)
          --help               this text

        The last line is always: N passed, N failed, N skipped
        """;

    public bool MeasuresCoverage => !Quick && Filter is null;

    /// <summary>What <c>dotnet test</c> is given; null for everything.</summary>
    public string? EffectiveFilter => (Quick, Filter) switch
    {
        (true, null) => "Category!=Slow",
        (true, _) => $"({Filter})&Category!=Slow",
        (false, _) => Filter,
    };
}

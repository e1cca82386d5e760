using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Tests;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>
/// 1,000,000 believable customers of one business and 200,000 of four others, in one database that is kept between runs.
/// </summary>
public sealed class MillionCustomers : IAsyncLifetime
{
    public static readonly Guid Big = BelievableCustomers.Big;
    public static readonly Guid Small = new("00000000-0000-7000-8000-000000000002");

    public TestDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync() => Database = await TestDatabase.KeptAsync("million", BelievableCustomers.Fill(1_200_000), "vacuum analyze", ExplainedDatabase.Explain);

    public Task DisposeAsync() => Task.CompletedTask;
}

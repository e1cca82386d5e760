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

    public async Task InitializeAsync() => Database = await TestDatabase.KeptAsync("million", BelievableCustomers.Fill(1_200_000), "vacuum analyze", Explain);

    public Task DisposeAsync() => Task.CompletedTask;

    // Every statement of a connection sends its plan, and those of the functions it calls, as a notice.
    internal const string Explain =
        """
        do $$
        declare
            setting text;
        begin
            foreach setting in array array[
                'session_preload_libraries = auto_explain', 'auto_explain.log_min_duration = 0', 'auto_explain.log_analyze = on',
                'auto_explain.log_buffers = on', 'auto_explain.log_timing = off', 'auto_explain.log_nested_statements = on',
                'auto_explain.log_format = json', 'auto_explain.log_level = notice'] loop
                execute format('alter database %I set %s', current_database(), setting);
            end loop;
        end
        $$
        """;
}

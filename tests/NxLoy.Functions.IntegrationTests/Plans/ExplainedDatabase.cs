using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>
/// The app's own ways to the tables, which keep the plan of every statement that ran: the very statements of
/// the use cases, with their parameters, not copies of them.
/// </summary>
public sealed class ExplainedDatabase : IAsyncDisposable
{
    /// <summary>Sets up a database: every statement of a connection sends its plan, and those of the functions it calls, as a notice.</summary>
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

    private readonly PlanLogger plans = new();
    private readonly NpgsqlDataSource source;

    /// <param name="planCacheMode">force_custom_plan or force_generic_plan: PostgreSQL may use either for a prepared statement.</param>
    public ExplainedDatabase(TestDatabase database, string planCacheMode)
    {
        source = SourceOf(database.App, planCacheMode);
        Database = new BusinessDatabase(source, source);
        Worker = new WorkerDatabase(SourceOf(database.Worker, planCacheMode));
    }

    /// <summary>As role app.</summary>
    public BusinessDatabase Database { get; }

    /// <summary>As role worker.</summary>
    public WorkerDatabase Worker { get; }

    /// <summary>The plans of what has run so far, in order; without what the driver asks of the catalogue when it connects.</summary>
    public IReadOnlyList<Plan> Plans => [.. plans.Plans.Where(plan =>
        !plan.Query.StartsWith("SELECT version()", StringComparison.Ordinal) && !plan.Nodes.Any(node => node.Table?.StartsWith("pg_", StringComparison.Ordinal) ?? false))];

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Worker.DisposeAsync();
        plans.Dispose();
    }

    private NpgsqlDataSource SourceOf(string connectionString, string planCacheMode)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { Options = $"-c plan_cache_mode={planCacheMode}", MaxPoolSize = 2 };
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(plans).Build();
    }

    // Npgsql logs the notices that it receives; auto_explain sends each plan as one.
    private sealed class PlanLogger : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<Plan> Plans { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            const string Start = "plan:\n";
            var message = formatter(state, exception);
            if (message.IndexOf(Start, StringComparison.Ordinal) is var at and > 0)
            {
                Plans.Enqueue(new Plan(JsonNode.Parse(message[(at + Start.Length)..(message.LastIndexOf('}') + 1)])!.AsObject()));
            }
        }

        public void Dispose()
        {
        }
    }
}

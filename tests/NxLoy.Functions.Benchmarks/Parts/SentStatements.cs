using System.Collections;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>
/// The statements that the app sends for a request, as scripts for pgbench: asked of the use cases themselves, so that they
/// are never copies that go stale. What went in one round trip goes in one pipeline.
/// </summary>
internal static class SentStatements
{
    /// <param name="paths">Of profiles, lists and searches.</param>
    public static async Task<IReadOnlyList<string>> ScriptsAsync(Site site, IEnumerable<string> paths)
    {
        var scripts = new List<string>();
        foreach (var path in paths)
        {
            var log = new StatementLog();
            await using var source = new NpgsqlDataSourceBuilder(site.AppDatabase).UseLoggerFactory(log).EnableParameterLogging().Build();
            await source.OpenConnectionAsync(); // reads the catalogue now
            log.Scripts.Clear();
            await using var database = new BusinessDatabase(source, source);
            var shown = await RunAsync(database, path);
            scripts.Add(string.Join("\n", log.Scripts).Replace(Shown, $"'{{{string.Join(',', shown)}}}'::uuid[]", StringComparison.Ordinal));
        }

        return scripts;
    }

    // Npgsql's log cuts lists short. The only list that these statements take is of the customers that they then show.
    private const string Shown = "<the customers shown>";

    private static async Task<IEnumerable<Guid>> RunAsync(BusinessDatabase database, string path)
    {
        var caller = new Caller("bench", Role.Staff, BenchDatabase.Business, [BenchDatabase.Business]);
        if (Guid.TryParse(path.Split('/')[^1], out var id))
        {
            using var thresholds = new ThresholdCache(database, []);
            _ = (await new GetCustomer(database, new LoyaltyOfCustomer(thresholds), TimeProvider.System).ExecuteAsync(caller, id, CancellationToken.None)).Value;
            return [id];
        }

        var request = new DefaultHttpContext { Request = { QueryString = new QueryString(path[path.IndexOf('?', StringComparison.Ordinal)..]) } }.Request;
        var query = (await request.ReadQuery(CustomerQuery.From)).Value;
        var list = new ListCustomers(database, new FindInOrder(database), new FindByText(database), new Cursors(new Sealing(new byte[32])));
        return (await list.ExecuteAsync(caller, query, CancellationToken.None)).Value.Items.Select(item => item.Id);
    }

    private sealed class StatementLog : ILoggerFactory, ILogger
    {
        public List<string> Scripts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (state is not IReadOnlyList<KeyValuePair<string, object?>> values || eventId.Name?.Contains("Completed", StringComparison.Ordinal) != true)
                return;
            var named = values.ToDictionary(value => value.Key, value => value.Value);
            if (named.GetValueOrDefault("BatchCommands") is IEnumerable<(string CommandText, IEnumerable<object> Parameters)> batch)
                Scripts.Add($"\\startpipeline\n{string.Concat(batch.Select(command => Written(command.CommandText, command.Parameters)))}\\endpipeline");
            else if (named.GetValueOrDefault("CommandText") is string text)
                Scripts.Add(Written(text, named.GetValueOrDefault("Parameters") as IEnumerable ?? Array.Empty<object>()));
        }

        public void Dispose()
        {
        }

        // From the last parameter on, so that $1 is not taken for the beginning of $12.
        private static string Written(string text, IEnumerable parameters) =>
            parameters.Cast<object?>().Select((value, n) => (value, n: n + 1)).Reverse()
                .Aggregate(text, (sql, parameter) => sql.Replace($"${parameter.n}", Literal(parameter.value), StringComparison.Ordinal)) + ";\n";

        private static string Literal(object? value) => value switch
        {
            null or DBNull => "null",
            string list when list.StartsWith('[') && list.EndsWith(']') => Shown,
            string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
            Guid id => $"'{id}'::uuid",
            bool flag => flag ? "true" : "false",
            DateTime at => $"'{at:O}'::timestamptz",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }
}

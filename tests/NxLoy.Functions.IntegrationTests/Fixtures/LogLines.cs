using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Keeps what a host logs, each line with the scopes it was written in.</summary>
public sealed class LogLines : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> lines = new();
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<string> Lines => lines;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines all, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => all.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scope = new List<string>();
            all.scopes.ForEachScope((one, list) => list.Add($"{one}"), scope);
            all.lines.Enqueue($"{logLevel} {category} [{string.Join(" | ", scope)}] {formatter(state, exception)} {exception}");
        }
    }
}

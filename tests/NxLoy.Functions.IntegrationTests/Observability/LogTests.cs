using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.BadInput;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>What is written to the logs while every endpoint is used rightly and wrongly.</summary>
public sealed class LogTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    private const string Personal = "mrs-personal";

    [Fact]
    public async Task Log_HoldsNothingThatARequestSaysOfAnybodyAndNoToken()
    {
        using var log = new KeptLog();
        var settings = new Dictionary<string, string?>(app.App.StartedWith); // and shares its durable work
        settings["Logging:LogLevel:Default"] = "Information";
        await using var host = await FunctionsTestHost.StartAsync(
            typeof(CustomerFunctions).Assembly, settings, services => services.AddSingleton<ILoggerProvider>(log));
        await using var wire = Wire.To(host.BaseAddress);

        foreach (var operation in Described.All)
        {
            var target = await Target.OfAsync(app.App, operation);
            foreach (var sent in Telling(target).Append(target.Valid))
            {
                await wire.SendAsync(sent);
            }
        }

        // An outage logs the exception: it must not bring the statement's values along.
        await app.App.Database.QueryAsync<int>("alter table customers rename to customers_gone");
        await wire.SendAsync(new Sent("POST", "/api/v1/customers") { Token = TestApp.Token("owner", [app.App.Business]), Json = $$"""{"email":"{{Personal}}@example.com"}""" });
        await app.App.Database.QueryAsync<int>("alter table customers_gone rename to customers");

        Assert.Contains(log.Lines, line => line.Contains("PostCustomer failed", StringComparison.Ordinal));
        Assert.Empty(log.Lines.Where(line => line.Contains(Personal, StringComparison.OrdinalIgnoreCase) || line.Contains("eyJ", StringComparison.Ordinal)).Take(5));
    }

    /// <summary>The valid request with something personal in each place but the path, which has ids and tags only.</summary>
    private static IEnumerable<Sent> Telling(Target target) =>
    [
        .. target.Operation.Fields.Where(field => field.Type == "string").Select(field => target.WithField(field.Name, $"\"{Personal}{(field.Name == "email" ? "@example.com" : "")}\"")),
        .. target.Operation.QueryParameters.Select(parameter => target.WithQuery($"{parameter.Name}={Personal}")),
        target.WithQuery($"{Personal}=1"),
        target.Valid.With("Idempotency-Key", Personal),
        target.Valid.With("If-Match", Personal),
        .. target.Operation.TakesBody ? [target.Valid with { Json = $"{{\"{Personal}\":" }] : (Sent[])[],
    ];

    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            Lines.Enqueue(state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>One id ties a request's answer, its audit row and its log lines together.</summary>
public sealed class CorrelationTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task Conflict_HasOneTraceIdInAnswerAndAuditRow_TheClientsOwn()
    {
        var trace = Guid.NewGuid().ToString("N");
        var existing = await app.CustomerAsync();

        var answer = (await app.As("owner").PostAsync(
            "/api/v1/customers", new { email = (string)existing.Json["email"]! }, ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"))).Expect(409);

        Assert.Equal(trace, (string?)answer.Json["traceId"]);
        Assert.Single(await AuditRowsAsync(trace));
    }

    [Fact]
    public async Task Failure_HasOneTraceIdInAnswerAndEveryLogLine()
    {
        var log = new LogLines();
        var settings = TestApp.Settings(app.Database);
        settings["Logging:LogLevel:Default"] = "Debug";
        await using var host = await FunctionsTestHost.StartAsync(
            typeof(CustomerFunctions).Assembly, settings, services => services.AddLogging(logging => logging.AddProvider(log)));
        var customer = await app.CustomerAsync();
        var owner = new ApiClient(host.CreateClient(), TestApp.Token("owner", [app.Business]), TestApp.Contract);
        await app.Database.QueryAsync<int>("alter table customer_notes rename to customer_notes_gone");
        Answer answer;
        try
        {
            answer = (await owner.PostAsync($"/api/v1/customers/{customer.Id}/notes", new { body = "A note." })).Expect(500);
        }
        finally
        {
            await app.Database.QueryAsync<int>("alter table customer_notes_gone rename to customer_notes");
        }

        var trace = (string)answer.Json["traceId"]!;
        Assert.Matches("^[0-9a-f]{32}$", trace);
        Assert.Contains(log.Lines, line => line.Contains($"TraceId:{trace}", StringComparison.Ordinal) && line.Contains("PostNote failed", StringComparison.Ordinal));
        Assert.All(
            log.Lines.Where(line => line.Contains(trace, StringComparison.Ordinal)),
            line => Assert.Contains($"TraceId:{trace}", line, StringComparison.Ordinal));

        // ASP.NET Core would put a scope with the path around them.
        Assert.DoesNotContain(log.Lines, line => line.Contains("RequestPath", StringComparison.Ordinal));
    }

    private Task<IReadOnlyList<string>> AuditRowsAsync(string trace) =>
        app.Database.QueryAsync<string>("select action from audit_log where correlation_id = @trace", new { trace });
}

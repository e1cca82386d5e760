using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>What leaves the process by OTLP, byte for byte: what ought to be in it, and what must never be.</summary>
public sealed class TelemetryTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    // Each stands in a request below; none is a word of ours.
    private static readonly string[] Personal =
        ["Zanzibarina", "Quixotequill", "zanzi@example.com", "5550177", "secretsubject", "birthdayflamingo", "externalzebra", "notegiraffe"];

    [Fact]
    public async Task Requests_AreTracedAndMeasured_AndNobodyIsNamed()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var seen = await RunAsync(receiver);

        Assert.True(receiver.HoldsTogether("traces", "GET /api/v1/customers/{id:guid}", "http.response.status_code", "nxloy-functions"));
        Assert.True(receiver.Holds(Convert.FromHexString(Trace)), "The client's trace id is in no span.");
        Assert.True(receiver.HoldsTogether("traces", "Npgsql", "db.query.text", "postgresql"));
        Assert.True(receiver.HoldsTogether("traces", "EveryMinuteSignAudit", "timer"));
        foreach (var metric in (string[])["http.server.request.duration", "faas.invoke_duration", "nxloy.audit.batch.size", "nxloy.audit.wait.duration",
            "nxloy.idempotency.replays", "nxloy.rate_limit.refusals", "nxloy.events.ingested", "nxloy.cache.reads", "db.client.operation.duration"])
        {
            Assert.True(receiver.HoldsTogether("metrics", metric), $"{metric} was not exported.");
        }

        Assert.DoesNotContain(Personal.Append(seen.ToString()), text => receiver.Holds(text));
    }

    [Fact]
    public async Task WithoutAnEndpoint_NothingListens()
    {
        await using var host = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, TestApp.Settings(app.Database));

        Assert.Null(host.Services.GetService(typeof(OpenTelemetry.Trace.TracerProvider)));
        Assert.Null(host.Services.GetService(typeof(OpenTelemetry.Metrics.MeterProvider)));
    }

    /// <returns>The id of a customer that was shown.</returns>
    private async Task<Guid> RunAsync(OtlpReceiver receiver)
    {
        var settings = TestApp.Settings(app.Database);
        foreach (var (name, value) in receiver.Settings)
        {
            settings[name] = value;
        }

        settings["RateLimits:RequestsPerMinute"] = "20";
        settings["Logging:LogLevel:Default"] = "None";
        await using var host = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
        ApiClient As(string role) => new(host.CreateClient(), TestApp.Token(role, [app.Business], "secretsubject"), TestApp.Contract);

        var owner = As("owner");
        var body = new { email = "zanzi@example.com", firstName = "Zanzibarina", lastName = "Quixotequill", phone = "+12015550177", externalId = "externalzebra" };
        var customer = (await owner.PostAsync("/api/v1/customers", body, ("Idempotency-Key", "once"))).Expect(201).Id;
        (await owner.PostAsync("/api/v1/customers", body, ("Idempotency-Key", "once"))).Expect(201);
        (await owner.PostAsync("/api/v1/customers", body)).Expect(409);
        (await owner.SendAsync(HttpMethod.Get, $"/api/v1/customers/{customer}", null, ("traceparent", $"00-{Trace}-00f067aa0ba902b7-00"))).Expect(200);
        (await owner.GetAsync("/api/v1/customers?search=Zanzibarina")).Expect(200);
        (await owner.SendAsync(HttpMethod.Put, $"/api/v1/customers/{customer}/tags/birthdayflamingo")).Expect(204);
        (await owner.PostAsync($"/api/v1/customers/{customer}/notes", new { body = "notegiraffe" })).Expect(201);
        (await owner.PatchAsync($"/api/v1/customers/{customer}", new { email = "Zanzibarina" })).Expect(400);
        (await owner.SendAsync(new HttpMethod("NOTEGIRAFFE"), "/api/v1/Zanzibarina?q=Quixotequill")).Expect(404);
        (await new ApiClient(host.CreateClient(), TestApp.Token("service", [app.Business])).SendAsync(HttpMethod.Post, "/api/v1/events", new Typed(Events.BatchType, """[{"id":"notegiraffe"}]"""))).Expect(200);
        (await owner.PutAsync("/api/v1/tiers/configuration", Given.Tiers(), "*")).Expect(200);
        (await owner.GetAsync("/api/v1/tiers/configuration")).Expect(200);
        await host.InvokeAsync("EveryMinuteSignAudit");
        for (var n = 0; (await owner.GetAsync("/api/v1/business")).Code != 429; n++)
        {
            Assert.True(n < 60);
        }

        return customer;
    }
}

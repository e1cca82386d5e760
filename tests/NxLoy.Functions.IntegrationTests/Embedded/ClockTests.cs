using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.IntegrationTests.Embedded;

public sealed class ClockTests
{
    private static readonly TimeSpan ThirtyDays = TimeSpan.FromDays(30);

    [Fact]
    public async Task Advance_MovesTheAppsTime_AndAnswersTheNewTime()
    {
        await using var host = await StartAsync();

        var (status, answer) = await AdvanceAsync(host, """{"advance":"P30D"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("P30D", (string?)answer!["offset"]);
        AssertAhead(ThirtyDays, DateTimeOffset.Parse((string)answer["now"]!, CultureInfo.InvariantCulture));
        AssertAhead(ThirtyDays, await TimeOfAsync(host));
    }

    [Fact]
    public async Task Advance_AddsUp()
    {
        await using var host = await StartAsync();

        await AdvanceAsync(host, """{"advance":"P1D"}""");
        await AdvanceAsync(host, """{"advance":"PT36H"}""");
        await host.AdvanceAsync(TimeSpan.FromHours(12));

        AssertAhead(TimeSpan.FromDays(3), await TimeOfAsync(host));
    }

    [Fact]
    public async Task Advance_ByMonths_IsTheCalendars()
    {
        await using var host = await StartAsync();
        var before = await TimeOfAsync(host);

        await AdvanceAsync(host, """{"advance":"P1M"}""");

        Assert.InRange(await TimeOfAsync(host) - before.AddMonths(1), TimeSpan.Zero, Eventually.Patience);
    }

    [Theory]
    [InlineData("""{"advance":"P0D"}""")]
    [InlineData("""{"advance":"-P1D"}""")]
    [InlineData("""{"advance":"P-1D"}""")]
    [InlineData("""{"advance":"30d"}""")]
    [InlineData("""{"advance":"P9000Y"}""")]
    [InlineData("""{"advance":30}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public async Task Advance_ByNothingOrBackwardsOrNonsense_Is400_AndTimeStays(string body)
    {
        await using var host = await StartAsync();

        var (status, _) = await AdvanceAsync(host, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        AssertAhead(TimeSpan.Zero, await TimeOfAsync(host));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => host.AdvanceAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task Clock_OutsideDevelopment_IsNotThere()
    {
        await using var host = await StartAsync(("AZURE_FUNCTIONS_ENVIRONMENT", "Production"));

        var (status, _) = await AdvanceAsync(host, """{"advance":"P30D"}""");

        Assert.Equal(HttpStatusCode.NotFound, status);
    }

    [Fact]
    public async Task Offset_OutlivesARestart_AndHoldsInProductionToo()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using (var host = await StartAsync(database.Setting))
            await host.AdvanceAsync(ThirtyDays);

        await using var restarted = await StartAsync(database.Setting, ("AZURE_FUNCTIONS_ENVIRONMENT", "Production"));

        AssertAhead(ThirtyDays, await TimeOfAsync(restarted));
    }

    [Fact]
    public async Task Offset_ReachesEveryProcessOnTheDatabase()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var one = await StartAsync(database.Setting);
        await using var other = await StartAsync(database.Setting);

        await Task.WhenAll(one.AdvanceAsync(TimeSpan.FromDays(10)), other.AdvanceAsync(TimeSpan.FromDays(20)));

        foreach (var host in (FunctionsTestHost[])[one, other])
            await Eventually.TrueAsync(async () => await TimeOfAsync(host) - DateTimeOffset.UtcNow > ThirtyDays - TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Offset_DoesNotGoBack_WhenTheStoredOneIsLost()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var host = await StartAsync(database.Setting);
        await host.AdvanceAsync(ThirtyDays);

        await database.ExecuteAsync("delete from functions_host.clock");
        await Task.Delay(1500);

        AssertAhead(ThirtyDays, await TimeOfAsync(host));
    }

    [Fact]
    public async Task ManyProcesses_StartingAtOnceOnAnEmptyDatabase_MakeItsSchemaOnce()
    {
        await using var database = await RuntimeDatabase.CreateAsync();

        var hosts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync(database.Setting)));

        foreach (var host in hosts)
            await host.DisposeAsync();
    }

    [Fact]
    public async Task Test_MayPutItsOwnTimeInPlace()
    {
        var fixedTime = new FixedTime();
        await using var host = await FunctionsTestHost.StartAsync(
            typeof(NxLoy.Functions.SampleApp.SampleFunctions).Assembly,
            new Dictionary<string, string?>(SampleProcess.WithoutSagas.Select(name => KeyValuePair.Create(name, (string?)"true"))) { ["EverySecond__Schedule"] = "0 0 0 1 1 *" },
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(fixedTime)));
        using var client = host.CreateClient();

        Assert.Equal("2020-02-29T00:00:00.0000000+00:00", await client.GetStringAsync("/api/time"));
    }

    private static Task<FunctionsTestHost> StartAsync(params (string, string?)[] settings) => SampleApp.StartAsync<Samples>(settings);

    private static async Task<(HttpStatusCode Status, JsonNode? Answer)> AdvanceAsync(FunctionsTestHost host, string body)
    {
        using var client = host.CreateClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"/admin/clock?code={host.MasterKey}", UriKind.Relative), content);
        var answer = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, answer.Length == 0 ? null : JsonNode.Parse(answer));
    }

    private static async Task<DateTimeOffset> TimeOfAsync(FunctionsTestHost host)
    {
        using var client = host.CreateClient();
        return DateTimeOffset.Parse(await client.GetStringAsync("/api/time"), CultureInfo.InvariantCulture);
    }

    private static void AssertAhead(TimeSpan expected, DateTimeOffset time) =>
        Assert.InRange(time - DateTimeOffset.UtcNow, expected - Eventually.Patience, expected + Eventually.Patience);

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2020, 2, 29, 0, 0, 0, TimeSpan.Zero);
    }

    internal sealed class Samples(TimeProvider time)
    {
        [Function("Time")]
        public IResult Time([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "time")] HttpRequest request) =>
            Results.Text(time.GetUtcNow().ToString("O"));
    }
}

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>What only a process of its own can show: settings from outside, signals, kills.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Settings_LocalSettingsJson_IsReadAsCoreToolsDo_AndEnvironmentVariablesWin()
    {
        await using var app = await SampleProcess.StartAsync(
            new Dictionary<string, string> { ["FromBoth"] = "environment", ["Section__FromBoth"] = "environment" },
            """
            {
              // comments are allowed
              "IsEncrypted": false,
              "Values": { "FromFile": "file", "FromBoth": "file", "Section__FromFile": "file", "Section:Colon": "file", "Section__FromBoth": "file" },
              "ConnectionStrings": { "Main": "Host=file", "Other": { "ConnectionString": "Host=other", "ProviderName": "x" } },
              "Host": { "LocalHttpPort": $port },
            }
            """,
            arguments: []);

        Assert.Equal("file", await SettingAsync(app, "FromFile"));
        Assert.Equal("environment", await SettingAsync(app, "FromBoth"));
        Assert.Equal("file", await SettingAsync(app, "Section:FromFile"));
        Assert.Equal("file", await SettingAsync(app, "Section:Colon"));
        Assert.Equal("environment", await SettingAsync(app, "Section:FromBoth"));
        Assert.Equal("Host=file", await SettingAsync(app, "ConnectionStrings:Main"));
        Assert.Equal("Host=other", await SettingAsync(app, "ConnectionStrings:Other"));
    }

    [Fact]
    public async Task Settings_CommandLineWinsOverAll()
    {
        await using var app = await SampleProcess.StartAsync(
            new Dictionary<string, string> { ["Greeting"] = "environment", ["ASPNETCORE_URLS"] = "http://127.0.0.1:1" },
            """{ "Values": { "Greeting": "file" }, "Host": { "LocalHttpPort": 2 } }""",
            ["--urls", "http://127.0.0.1:$port", "--Greeting=command line"]);

        Assert.Equal("command line", await SettingAsync(app, "Greeting"));
    }

    [Fact]
    public async Task Urls_MayComeFromTheAspNetCoreVariable()
    {
        await using var app = await SampleProcess.StartAsync(
            new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://127.0.0.1:$port" }, arguments: []);

        Assert.Equal("ok", await app.Client.GetStringAsync("/api/empty"));
    }

    [Theory]
    [InlineData(null, 404)]
    [InlineData("Development", 401)]
    public async Task Environment_IsNamedByItsFunctionsVariable_AndIsProductionOtherwise(string? name, int statusOfClock)
    {
        await using var app = await SampleProcess.StartAsync(
            name is null ? null : new Dictionary<string, string> { ["AZURE_FUNCTIONS_ENVIRONMENT"] = name });

        using var response = await app.Client.GetAsync(new Uri("/admin/clock", UriKind.Relative));
        Assert.Equal(statusOfClock, (int)response.StatusCode);
    }

    [Fact]
    public async Task Sigterm_LetsRequestsInFlightFinish_ThenTheProcessEndsWell()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using var app = await SampleProcess.StartAsync();
        var call = app.Client.GetStringAsync("/api/slowly/1500");
        await Eventually.TrueAsync(async () => await app.Client.GetStringAsync("/api/is-slow") == "True");

        app.Terminate();

        Assert.Equal("done", await call);
        await app.WaitForExitAsync();
        Assert.Equal(0, app.ExitCode);
    }

    [Fact]
    public async Task KilledProcess_LosesItsClaimOnTheTimers()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var settings = new Dictionary<string, string> { ["EmbeddedRuntime__Database"] = database.ConnectionString };
        await using var one = await SampleProcess.StartAsync(settings);
        await Eventually.TrueAsync(async () => await one.TicksAsync() > 0);
        await using var other = await SampleProcess.StartAsync(settings);
        Assert.Equal(0, await other.TicksAsync());

        one.Kill();

        await Eventually.TrueAsync(async () => await other.TicksAsync() > 0);
    }

    private static Task<string> SettingAsync(SampleProcess app, string name) => app.Client.GetStringAsync($"/api/settings/{name}");
}

using System.Diagnostics;
using System.Net;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>What ./run does about an earlier one, and about what was killed.</summary>
[Trait("Category", "Slow")]
[Collection(LocalStackFixture.OneAfterTheOther)]
public sealed class RepairTests(LocalStackFixture stack) : IClassFixture<LocalStackFixture>
{
    private const string Up = "The app's log follows";

    [Fact]
    public async Task SecondRun_TakesOver_AndKeepsAddressAndData()
    {
        using var first = Launcher.Start(stack.Data);
        await first.SaysAsync(Up);
        var before = await stack.InfoAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(before);
        var app = stack.PidOf("app");

        var after = await stack.StartAsync();

        (await first.EndAsync()).Expect(0);
        Assert.False(ProcessTable.IsAlive(app));
        Assert.Equal(before["baseUrl"]!.ToString(), after["baseUrl"]!.ToString());
        await AnswersAsync(after, customer);
    }

    [Theory]
    [InlineData("app")]
    [InlineData("azurite")]
    [InlineData("postgres")]
    public async Task Part_Killed_IsMendedByTheNextRun(string part)
    {
        var before = await stack.RunningAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(before);

        await stack.KillAsync(part);

        await AnswersAsync(await stack.StartAsync(), customer);
    }

    [Fact]
    public async Task Launcher_Killed_LeavesPartsThatTheNextRunTakesOver()
    {
        using var first = Launcher.Start(stack.Data);
        await first.SaysAsync(Up);
        var before = await stack.InfoAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(before);
        int[] orphans = [stack.PidOf("app"), stack.PidOf("azurite"), stack.PidOf("postgres")];

        await stack.KillAsync("launcher");
        Assert.All(orphans, orphan => Assert.True(ProcessTable.IsAlive(orphan)));
        var after = await stack.StartAsync();

        Assert.DoesNotContain(orphans, ProcessTable.IsAlive);
        Assert.Equal(before["baseUrl"]!.ToString(), after["baseUrl"]!.ToString());
        await AnswersAsync(after, customer);
    }

    [Fact]
    public async Task Interrupt_StopsEverythingItStarted()
    {
        if (OperatingSystem.IsWindows())
            return; // a test cannot press Ctrl-C there
        using var run = Launcher.Start(stack.Data);
        await run.SaysAsync(Up);
        int[] parts = [stack.PidOf("app"), stack.PidOf("azurite"), stack.PidOf("postgres")];

        await Command.RunAsync(["kill", "-INT", $"{run.Pid}"], CancellationToken.None);

        (await run.EndAsync()).Expect(0);
        Assert.DoesNotContain(parts, ProcessTable.IsAlive);
    }

    [Fact]
    public async Task App_EndingByItself_EndsTheRunWithAFailure()
    {
        using var run = Launcher.Start(stack.Data);
        await run.SaysAsync(Up);
        var postgres = stack.PidOf("postgres");

        await stack.KillAsync("app");

        Assert.Contains("The app has ended by itself", (await run.EndAsync()).Expect(1).Output, StringComparison.Ordinal);
        Assert.False(ProcessTable.IsAlive(postgres));
    }

    [Fact]
    public async Task PidFiles_ThatNameAProcessOfSomeoneElse_DoNotHarmIt()
    {
        await stack.RunningAsync();
        await stack.StopAsync();
        using var bystander = Process.GetCurrentProcess();
        foreach (var part in new[] { "app", "azurite", "launcher" })
            await File.WriteAllTextAsync(Path.Combine(stack.Data, $"{part}.pid"), $"{bystander.Id}\n1\n");
        await File.WriteAllTextAsync(
            Path.Combine(stack.Data, "postgres", "data", "postmaster.pid"), $"{bystander.Id}\n{stack.Data}\n1700000000\n54320\n\n127.0.0.1\n");

        await LocalStackFixture.GivenCustomerAsync(await stack.StartAsync()); // and this process lives to tell
    }

    [Fact]
    public async Task Files_HalfWritten_AreMadeAnew()
    {
        var before = await stack.RunningAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(before);
        await stack.StopAsync();
        Directory.CreateDirectory(Path.Combine(stack.Data, "postgres", "new-1", "base"));
        var state = Path.Combine(stack.Data, "state.json");
        await File.WriteAllTextAsync(state + ".1.new", "{\"businesses\": [");
        await File.WriteAllTextAsync(Path.Combine(stack.Data, "secrets.json"), "{\"superuser");

        await AnswersAsync(await stack.StartAsync(), customer);
    }

    [Fact]
    public async Task Start_InterruptedWhileItMakesTheCluster_IsDoneAgain()
    {
        await stack.StopAsync();
        Directory.Delete(Path.Combine(stack.Data, "postgres"), recursive: true);
        using (var run = Launcher.Start(stack.Data))
        {
            await run.SaysAsync("Making a PostgreSQL cluster");
            await stack.KillAsync("launcher");
            await run.EndAsync();
        }

        await LocalStackFixture.GivenCustomerAsync(await stack.StartAsync());
    }

    private static async Task AnswersAsync(System.Text.Json.Nodes.JsonNode info, string customer)
    {
        using var http = LocalStackFixture.ClientOf(info);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(customer)).StatusCode);
    }
}

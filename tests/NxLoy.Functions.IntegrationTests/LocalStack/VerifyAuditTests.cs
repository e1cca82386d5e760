using Npgsql;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>./run verify-audit against the app that ./run started, with its Azurite.</summary>
[Trait("Category", "Slow")]
[Collection(LocalStackFixture.OneAfterTheOther)]
public sealed class VerifyAuditTests(LocalStackFixture stack) : IClassFixture<LocalStackFixture>
{
    [Fact]
    public async Task VerifyAudit_TellsAWholeLogFromABrokenOne()
    {
        var info = await stack.RunningAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(info);
        using (var http = LocalStackFixture.ClientOf(info))
        {
            await Eventually.TrueAsync(async () => (await (await http.GetAsync("/api/health/ready")).Content.ReadAsStringAsync()).Contains("""blob-storage","state":"up""", StringComparison.Ordinal));
            (await http.GetAsync(customer)).EnsureSuccessStatusCode();
        }

        var whole = (await Launcher.RunAsync(stack.Data, "verify-audit")).Expect(0);

        // The two requests, and what a timer may have done in the meantime.
        Assert.Matches("^The audit log is whole. ([2-9]|[1-9][0-9]+) rows", whole.Output);
        Assert.Contains("copies in blob storage.", whole.Output, StringComparison.Ordinal);

        var uri = new Uri(info["postgres"]!.GetValue<string>());
        var login = uri.UserInfo.Split(':').Select(Uri.UnescapeDataString).ToArray();
        await using var database = NpgsqlDataSource.Create($"Host={uri.Host};Port={uri.Port};Database={uri.AbsolutePath[1..]};Username={login[0]};Password={login[1]}");
        await using var command = database.CreateCommand("update audit_log set caller = 'nobody' where sequence = 2");
        Assert.Equal(1, await command.ExecuteNonQueryAsync());

        var broken = (await Launcher.RunAsync(stack.Data, "verify-audit")).Expect(1);
        Assert.Matches("^THE AUDIT LOG IS BROKEN. Row 2 of the chain [0-9a-f-]{36} was changed or moved.", broken.Output);
    }

    [Fact]
    public async Task VerifyAudit_NothingRuns_SaysHowToStart()
    {
        var nowhere = Directory.CreateTempSubdirectory("nxloy-run-");
        var ended = (await Launcher.RunAsync(nowhere.FullName, "verify-audit")).Expect(1);
        nowhere.Delete(recursive: true);

        Assert.Contains("The app does not run", ended.Errors, StringComparison.Ordinal);
    }
}

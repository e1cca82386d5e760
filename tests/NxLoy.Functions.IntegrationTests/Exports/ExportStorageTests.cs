using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>Exports of an app without storage, or without the key of what it stores.</summary>
public sealed class ExportStorageTests
{
    [Fact]
    public async Task WithoutStorage_NothingIsSweptAndNothingDeleted()
    {
        await using var database = await TestDatabase.CloneAsync();
        await using var bare = await FunctionsTestHost.StartAsync(typeof(ExportRun).Assembly, TestApp.Settings(database));

        await bare.InvokeAsync("EveryFiveMinutesSweepExports");
        await bare.InvokeAsync("EveryNightSweepExportFiles");
        await bare.Services.GetRequiredService<DeleteExportFiles>().ExecuteAsync(Guid.NewGuid(), [Guid.NewGuid()], default);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public async Task StorageWithoutItsKey_IsNoStart(string? key)
    {
        await using var database = await TestDatabase.CloneAsync();
        var settings = TestBlobs.Settings(database);
        settings["Keys:Exports"] = key;

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsTestHost.StartAsync(typeof(ExportRun).Assembly, settings));

        Assert.Contains("Keys:Exports", refused.Message, StringComparison.Ordinal);
    }
}

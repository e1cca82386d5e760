using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>Checkpoints are copied where the database's owner cannot reach, and the audit log is held against the copies.</summary>
public sealed class CheckpointCopyTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private Dictionary<string, string?> settings = null!;
    private FunctionsTestHost host = null!;

    private BlobContainerClient Container => new(TestBlobs.ConnectionString, settings["Storage:AuditContainer"]);

    [Fact]
    public async Task EveryHour_TheLastCheckpointIsCopiedOnce()
    {
        await WriteAndSignAsync(2);
        await WriteAndSignAsync(1);
        await host.InvokeAsync("EveryHourCopyCheckpoint");
        await host.InvokeAsync("EveryHourCopyCheckpoint");

        var name = Assert.Single(Container.GetBlobs()).Name;
        var mac = (await database.QueryAsync<byte[]>("select mac from audit_checkpoints where sequence = 2"))[0];
        Assert.StartsWith("checkpoints/000000000002_", name, StringComparison.Ordinal);
        Assert.EndsWith($"_{Convert.ToHexStringLower(mac)}.json", name, StringComparison.Ordinal);
        Assert.Contains(
            "\"heads\":[{\"mac\":", (await Container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString().Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("valid, 1 copies", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task NothingSigned_NothingIsCopied()
    {
        await host.InvokeAsync("EveryHourCopyCheckpoint");

        Assert.Equal("valid, 0 copies", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task WholeLogMadeAnewWithTheKey_IsNamedByItsCopies()
    {
        await WriteAndSignAsync(3);
        await host.InvokeAsync("EveryHourCopyCheckpoint");

        await database.QueryAsync<int>("delete from audit_log; delete from audit_checkpoints; delete from audit_heads");
        var withoutStorage = TestApp.Settings(database);
        withoutStorage[TestApp.NoSigning] = "true";
        await using (var forger = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, withoutStorage))
        {
            await WriteAndSignAsync(3, forger);
            Assert.Equal("valid, no copies", Named(await VerifyAsync(forger)));
        }

        Assert.Equal("checkpoints 1 unlike_copy", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task EndCutOff_IsNamedByItsCopies()
    {
        await WriteAndSignAsync(2);
        await WriteAndSignAsync(2);
        await host.InvokeAsync("EveryHourCopyCheckpoint");

        await database.QueryAsync<int>(
            "delete from audit_log where sequence > 2; delete from audit_checkpoints where sequence = 2; update audit_heads set sequence = 2");

        Assert.Equal("checkpoints 2 missing", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task CutThatIsInOrder_AgreesWithTheCopies()
    {
        await WriteAndSignAsync(2);
        await host.InvokeAsync("EveryHourCopyCheckpoint");
        await host.AdvanceAsync(TimeSpan.FromDays(31));
        await WriteAndSignAsync(2);
        await host.InvokeAsync("EveryHourCopyCheckpoint");
        await host.AdvanceAsync(TimeSpan.FromDays(36 * 31));
        await host.InvokeAsync("EveryNightCutAudit");

        Assert.Equal(0, (await database.QueryAsync<int>("select count(*)::int from audit_log"))[0]);
        Assert.Equal("valid, 2 copies", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task CutForgedWithTheKey_IsNamed()
    {
        await WriteAndSignAsync(3);
        await host.InvokeAsync("EveryHourCopyCheckpoint");

        await ForgeCutAsync(new AuditOptions(0), host.Services.GetRequiredService<TimeProvider>());

        Assert.Equal("cuts 1 too_early", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task CutForgedWithTheKeyAndAnOldDate_IsNamedByItsCopies()
    {
        await WriteAndSignAsync(3, at: new Clock(DateTimeOffset.UtcNow.AddYears(-9)));
        await WriteAndSignAsync(3);
        await host.InvokeAsync("EveryHourCopyCheckpoint");

        // It pretends that the second checkpoint was signed long ago, too.
        var macs = await database.QueryAsync<byte[]>("select mac from audit_checkpoints order by sequence");
        await database.QueryAsync<int>("update audit_checkpoints set signed_at = signed_at - interval '9 years' where sequence = 2");
        await ResignAsync(macs[0]);
        await ForgeCutAsync(new AuditOptions(36), TimeProvider.System);

        Assert.Equal(0, (await database.QueryAsync<int>("select count(*)::int from audit_log"))[0]);
        Assert.Equal("cuts 1 unlike_copy", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task StorageConfigured_ReadinessNamesIt()
    {
        var client = new ApiClient(host.CreateClient(), null, TestApp.Contract);

        await client.ReadyAsync(200, """{"name":"blob-storage","state":"up"}""");
    }

    [Fact]
    public async Task StorageGone_ReadinessAndVerificationSaySo()
    {
        settings["Storage:ConnectionString"] = "DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=bm9ib2R5;BlobEndpoint=http://127.0.0.1:9/nobody;";
        settings["Logging:LogLevel:Default"] = "None";
        await using var stranded = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
        ApiClient As(string? token) => new(stranded.CreateClient(), token, TestApp.Contract);

        await As(null).ReadyAsync(503, """{"name":"blob-storage","state":"down"}""");
        Assert.Equal(
            "storage_unavailable", (await As(TestApp.Token("compliance", [Guid.NewGuid()])).GetAsync("/api/v1/audit/verification")).Expect(503).Problem);
    }

    [Fact]
    public async Task StorageThatCannotBeRead_IsNamedAtStartWithoutItsKey()
    {
        settings["Storage:ConnectionString"] = "AccountKey=hush";

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings));

        Assert.Contains("Storage:ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CloneAsync();
        settings = TestBlobs.Settings(database);
        settings[TestApp.NoSigning] = "true";
        host = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    private async Task WriteAndSignAsync(int count, FunctionsTestHost? by = null, TimeProvider? at = null)
    {
        var services = (by ?? host).Services;
        for (var n = 0; n < count; n++)
        {
            await services.GetRequiredService<AuditLog>().RecordAsync(new AuditEntry(
                DateTimeOffset.UnixEpoch, Guid.NewGuid(), "ann", "owner", "GetCustomer", "/v1/customers/{id}", [Guid.CreateVersion7()], Guid.NewGuid().ToString("N")));
        }

        await new AuditCheckpoints(
            services.GetRequiredService<WorkerDatabase>(), services.GetRequiredService<AuditChain>(), at ?? services.GetRequiredService<TimeProvider>()).SignAsync(default);
    }

    private Task<long> ForgeCutAsync(AuditOptions options, TimeProvider time) => new CutAudit(
        host.Services.GetRequiredService<WorkerDatabase>(), host.Services.GetRequiredService<AuditChain>(), options, time, NullLogger<CutAudit>.Instance).ExecuteAsync(default);

    private async Task ResignAsync(byte[] previous)
    {
        var row = await new StoredAudit(host.Services.GetRequiredService<WorkerDatabase>()).CheckpointsAsync(1, default).FirstAsync();
        var mac = host.Services.GetRequiredService<AuditChain>().Link(previous, AuditCheckpoints.Canonical(row.Sequence, row.SignedAt, row.ToHeads()));
        await database.QueryAsync<int>("update audit_checkpoints set mac = @mac where sequence = 2", new { mac });
    }

    private static Task<AuditVerification> VerifyAsync(FunctionsTestHost by) => by.Services.GetRequiredService<VerifyAudit>().ExecuteAsync(default);

    private Task<AuditVerification> VerifyAsync() => VerifyAsync(host);

    private static string Named(AuditVerification verification) => verification.FirstBroken is not { } link
        ? $"valid, {(verification.Copies is { } copies ? copies : "no")} copies"
        : $"{(Guid.TryParse(link.Chain, out _) ? "chain" : link.Chain)} {link.Sequence} {link.Reason}";

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

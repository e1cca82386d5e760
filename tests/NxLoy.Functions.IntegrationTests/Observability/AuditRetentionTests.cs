using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>Old audit rows go, signed and by whole checkpoints, and everything that is left is still proved.</summary>
public sealed class AuditRetentionTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Long = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Lately = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Today = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    private readonly TestApp app = new() { SignsAuditByItself = false };

    private AuditLog Log => app.Host.Services.GetRequiredService<AuditLog>();

    private WorkerDatabase Database => app.Host.Services.GetRequiredService<WorkerDatabase>();

    private AuditChain Chain => app.Host.Services.GetRequiredService<AuditChain>();

    [Fact]
    public async Task Cut_RemovesWholeCheckpointsAndWhatIsLeftVerifies()
    {
        await WriteAndSignAsync(3, Long);
        await WriteAndSignAsync(2, Lately);

        Assert.Equal(3, await CutAsync(Today));

        var verification = await VerifyAsync();
        Assert.True(verification.Valid, $"{verification.FirstBroken}");
        Assert.Equal((2, 1, Today.AddMonths(-36)), (verification.Rows, verification.Checkpoints, verification.RemovedUntil));
        Assert.Equal([4L, 5L], await app.Database.QueryAsync<long>("select sequence from audit_log order by sequence"));
    }

    [Fact]
    public async Task NothingOldEnough_StaysWithoutARecord()
    {
        await WriteAndSignAsync(2, Lately);

        Assert.Equal(0, await CutAsync(Lately.AddMonths(36).AddSeconds(-1)));
        Assert.Equal(0, await CountAsync("audit_cuts"));
        Assert.Equal(2, await CutAsync(Lately.AddMonths(36)));
    }

    [Fact]
    public async Task CutAfterCut_GoesOnFromTheOneBefore()
    {
        await WriteAndSignAsync(2, Long);
        await WriteAndSignAsync(2, Later);
        await WriteAndSignAsync(1, Lately);

        Assert.Equal(2, await CutAsync(Long.AddMonths(36)));
        Assert.True((await VerifyAsync()).Valid);
        Assert.Equal(2, await CutAsync(Later.AddMonths(36)));
        Assert.Equal(0, await CutAsync(Later.AddMonths(37)));

        var verification = await VerifyAsync();
        Assert.True(verification.Valid, $"{verification.FirstBroken}");
        Assert.Equal(1, verification.Rows);
        Assert.Equal(2, await CountAsync("audit_cuts"));
    }

    [Fact]
    public async Task EverythingCut_SigningGoesOnAfterTheLastCheckpoint()
    {
        await WriteAndSignAsync(2, Long);
        Assert.Equal(2, await CutAsync(Today));
        Assert.True((await VerifyAsync()).Valid);

        await WriteAndSignAsync(1, Today);

        var verification = await VerifyAsync();
        Assert.True(verification.Valid, $"{verification.FirstBroken}");
        Assert.Equal([2L], await app.Database.QueryAsync<long>("select sequence from audit_checkpoints"));
    }

    public static TheoryData<string, string> Tampering => new()
    {
        { "delete from audit_cuts", "checkpoints 1 missing" },
        { "update audit_cuts set older_than = older_than + interval '1 day'", "cuts 1 changed" },
        { "update audit_cuts set cut_at = cut_at + interval '1 day'", "cuts 1 changed" },
        { "update audit_cuts set checkpoint = 2; delete from audit_checkpoints where sequence = 2", "cuts 1 changed" },
        { "update audit_cuts set heads = jsonb_set(heads, '{0,sequence}', '4'); delete from audit_log where sequence = 4", "cuts 1 changed" },
        { "update audit_cuts set sequence = 2", "cuts 1 missing" },
        { "delete from audit_log where sequence = 4", "chain 4 missing" },
        { "delete from audit_log where sequence = 5", "chain 5 missing" },
        { "delete from audit_log where sequence in (4, 5)", "chain 4 missing" },
        { "delete from audit_log", "chain 4 missing" },
        { "update audit_log set caller = 'nobody' where sequence = 4", "chain 4 changed" },
        { "delete from audit_checkpoints where sequence = 2", "checkpoints 2 missing" },
    };

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task TamperingAfterACut_IsNamed(string tampering, string broken)
    {
        await WriteAndSignAsync(3, Long);
        await WriteAndSignAsync(2, Lately);
        await WriteAndSignAsync(1, Today);
        await CutAsync(Today);
        Assert.True((await VerifyAsync()).Valid);

        await app.Database.QueryAsync<int>(tampering);

        Assert.Equal(broken, Named(await VerifyAsync()));
    }

    [Theory]
    [InlineData("update audit_log set caller = 'nobody' where sequence = 2", "chain 2 changed")]
    [InlineData("delete from audit_log where sequence = 1", "chain 1 missing")]
    [InlineData("delete from audit_log where sequence = 3", "chain 3 missing")]
    [InlineData("update audit_checkpoints set signed_at = signed_at - interval '1 year' where sequence = 1", "checkpoints 1 changed")]
    [InlineData("update audit_checkpoints set signed_at = signed_at - interval '9 years' where sequence = 2", "checkpoints 2 changed")]
    public async Task TamperingBeforeACut_KeepsEverythingSoThatItIsStillNamed(string tampering, string broken)
    {
        await WriteAndSignAsync(3, Long);
        await WriteAndSignAsync(2, Lately);
        await app.Database.QueryAsync<int>(tampering);
        var before = await CountAsync("audit_log");

        Assert.Equal(0, await CutAsync(Today));

        Assert.Equal(before, await CountAsync("audit_log"));
        Assert.Equal(broken, Named(await VerifyAsync()));
    }

    [Fact]
    public async Task RecordMadeByTheDatabasesWorker_RemovesRowsButIsNamed()
    {
        await WriteAndSignAsync(3, Lately);
        var writer = (await app.Database.QueryAsync<Guid>("select writer from audit_heads"))[0];

        await Database.QueryAsync<long>(
            "select cut_audit(1, @Today, @Today, 1, @mac, jsonb_build_array(jsonb_build_object('writer', @writer, 'sequence', 3, 'mac', '00')), @mac, @mac)",
            new { Today, mac = new byte[32], writer }, default);

        Assert.Equal(0, await CountAsync("audit_log"));
        Assert.Equal("cuts 1 changed", Named(await VerifyAsync()));
    }

    [Fact]
    public async Task KilledInTheMiddle_NothingIsRemoved()
    {
        await WriteAndSignAsync(3, Long);
        await using var connection = new NpgsqlConnection(app.Database.Superuser);
        await connection.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // Rows can go, their checkpoints cannot: there the cut stands still, and is killed.
            await using var locking = new NpgsqlCommand("lock table audit_checkpoints in share mode", connection, transaction);
            await locking.ExecuteNonQueryAsync();
            var cutting = CutAsync(Today);
            while ((await app.Database.QueryAsync<int>(
                "select pid from pg_stat_activity where datname = current_database() and usename = 'worker' and wait_event_type = 'Lock'")) is not [var pid]
                || !(await app.Database.QueryAsync<bool>("select pg_terminate_backend(@pid)", new { pid }))[0])
            {
                await Task.Delay(20);
            }

            await Assert.ThrowsAnyAsync<NpgsqlException>(() => cutting);
        }

        Assert.Equal((3, 1, 0), (await CountAsync("audit_log"), await CountAsync("audit_checkpoints"), await CountAsync("audit_cuts")));
        Assert.True((await VerifyAsync()).Valid);
        Assert.Equal(3, await CutAsync(Today));
        Assert.True((await VerifyAsync()).Valid);
    }

    [Fact]
    public async Task MovedTime_TheNightlyTimerCutsAndTheProcessBeginsAnotherChain()
    {
        await WriteAndSignAsync(2);

        await app.Host.AdvanceAsync(TimeSpan.FromDays(37 * 31));
        await app.Host.InvokeAsync("EveryNightCutAudit");
        Assert.Equal(0, await CountAsync("audit_log"));
        await WriteAndSignAsync(2);

        var verification = await VerifyAsync();
        Assert.True(verification.Valid, $"{verification.FirstBroken}");
        Assert.Equal(2, verification.Rows);
        Assert.Equal([1L, 2L], await app.Database.QueryAsync<long>("select sequence from audit_log order by sequence"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("three")]
    public async Task RetentionThatMakesNoSense_IsNamedAtStart(string months)
    {
        var settings = TestApp.Settings(app.Database);
        settings["Audit:RetentionMonths"] = months;

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings));

        Assert.Contains("Audit:RetentionMonths", refused.Message, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    private async Task WriteAndSignAsync(int count, DateTimeOffset? at = null)
    {
        for (var n = 0; n < count; n++)
        {
            await Log.RecordAsync(new AuditEntry(
                at ?? Today, app.Business, "ann", "owner", "GetCustomer", "/v1/customers/{id}", [Guid.CreateVersion7()], Guid.NewGuid().ToString("N")));
        }

        await (at is { } moment ? new AuditCheckpoints(Database, Chain, new Clock(moment)) : app.Host.Services.GetRequiredService<AuditCheckpoints>()).SignAsync(default);
    }

    private Task<long> CutAsync(DateTimeOffset at) =>
        new CutAudit(Database, Chain, new AuditOptions(36), new Clock(at), NullLogger<CutAudit>.Instance).ExecuteAsync(default);

    private Task<AuditVerification> VerifyAsync() => app.Host.Services.GetRequiredService<VerifyAudit>().ExecuteAsync(default);

    private static string Named(AuditVerification verification) => verification.FirstBroken is not { } link ? "valid"
        : $"{(Guid.TryParse(link.Chain, out _) ? "chain" : link.Chain)} {link.Sequence} {link.Reason}";

    private async Task<int> CountAsync(string table) => (await app.Database.QueryAsync<int>($"select count(*)::int from {table}"))[0];

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

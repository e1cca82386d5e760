using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>The audit log itself: what it keeps, and what of it nobody can change unseen.</summary>
public sealed class AuditLogTests : IAsyncLifetime
{
    private readonly TestApp app = new() { SignsAuditByItself = false };

    private AuditLog Log => app.Host.Services.GetRequiredService<AuditLog>();

    private AuditCheckpoints Checkpoints => app.Host.Services.GetRequiredService<AuditCheckpoints>();

    [Fact]
    public async Task Entries_AreKeptAsTheyWere()
    {
        var entry = Entry() with { Customers = [Guid.NewGuid(), Guid.NewGuid()], Caller = "o'brien,{}\"" };

        await Log.RecordAsync(entry);

        Assert.Equal(
            [$"{entry.BusinessId} o'brien,{{}}\" owner GetCustomer /v1/customers/{{id}} {string.Join(',', entry.Customers)} {entry.CorrelationId}"],
            await app.Database.QueryAsync<string>(
                "select concat_ws(' ', business_id, caller, roles, action, route, array_to_string(customers, ','), correlation_id) from audit_log"));
    }

    [Fact]
    public async Task ThousandAtOnce_ShareCommitsInOneUnbrokenChain()
    {
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Log.RecordAsync(Entry())));

        var verification = await VerifyAsync();
        Assert.True(verification.Valid);
        Assert.Equal(1000, verification.Rows);
        Assert.InRange(
            (await app.Database.QueryAsync<int>("select count(distinct xmin::text)::int from audit_log"))[0], 1, 100);
    }

    public static TheoryData<string, string> Tampering => new()
    {
        { "update audit_log set caller = 'nobody' where sequence = 3", "3 changed" },
        { "update audit_log set customers = '{}' where sequence = 1", "1 changed" },
        { "update audit_log set occurred_at = occurred_at + interval '1 second' where sequence = 5", "5 changed" },
        { "delete from audit_log where sequence = 2", "2 missing" },
        { "delete from audit_log where sequence = 5", "5 missing" },
        { "delete from audit_log where sequence = 5; update audit_heads set sequence = 4", "5 missing" },
        { "delete from audit_log", "1 missing" },
        { "delete from audit_log where sequence = 2; update audit_log set sequence = sequence - 1 where sequence > 2", "2 changed" },
        {
            """
            update audit_log set sequence = sequence + 100 where sequence in (2, 3);
            update audit_log set sequence = case sequence when 102 then 3 else 2 end where sequence > 100
            """,
            "2 changed"
        },
        { "update audit_log a set customers = b.customers from audit_log b where a.sequence in (2, 3) and b.sequence = 5 - a.sequence", "2 changed" },
        { "update audit_log set business_id = gen_random_uuid() where sequence = 4", "4 changed" },
        { "update audit_log set writer = '00000000-0000-0000-0000-000000000001'", "1 changed" },
        {
            """
            insert into audit_log
            select writer, 6, occurred_at, business_id, caller, roles, action, route, customers, correlation_id, mac from audit_log where sequence = 5
            """,
            "6 changed"
        },
        { "update audit_checkpoints set heads = '[]'", "1 changed" },
        { "update audit_checkpoints set signed_at = signed_at - interval '1 day' where sequence = 2", "2 changed" },
        { "delete from audit_checkpoints where sequence = 1", "1 missing" },
    };

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task TamperingBeforeTheLastCheckpoint_IsNamed(string tampering, string broken)
    {
        await WriteAsync(4);
        await Checkpoints.SignAsync(default);
        await WriteAsync(1);
        await Checkpoints.SignAsync(default);
        Assert.True((await VerifyAsync()).Valid);

        await app.Database.QueryAsync<int>(tampering);

        var verification = await VerifyAsync();
        Assert.False(verification.Valid);
        Assert.Equal(broken, $"{verification.FirstBroken!.Sequence} {verification.FirstBroken.Reason}");
    }

    [Fact]
    public async Task Checkpoint_SignsOnlyWhatGrew()
    {
        await WriteAsync(1);
        await Checkpoints.SignAsync(default);
        await Checkpoints.SignAsync(default);

        Assert.Equal(1, (await VerifyAsync()).Checkpoints);
    }

    [Fact]
    public async Task TwoProcessesSigningAtOnce_MakeOneChainOfCheckpoints()
    {
        for (var round = 0; round < 5; round++)
        {
            await WriteAsync(1);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Checkpoints.SignAsync(default)));
        }

        var verification = await VerifyAsync();
        Assert.True(verification.Valid);
        Assert.True(verification.Checkpoints >= 5);
    }

    [Fact]
    public async Task Shutdown_SignsTheLastMinute()
    {
        var settings = TestApp.Settings(app.Database);
        settings[TestApp.NoSigning] = "true";
        await using (var second = await FunctionsTestHost.StartAsync(typeof(AuditLog).Assembly, settings))
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => second.Services.GetRequiredService<AuditLog>().RecordAsync(Entry())));
        }

        Assert.Equal(["1 3"], await app.Database.QueryAsync<string>(
            "select sequence || ' ' || (heads -> 0 ->> 'sequence') from audit_checkpoints"));
    }

    [Fact]
    public async Task DatabaseAwayForAMoment_FailsThoseRequestsAndTheChainGoesOn()
    {
        await WriteAsync(2);
        await app.Database.QueryAsync<int>("alter table audit_log rename to audit_log_gone");
        await Assert.ThrowsAnyAsync<Exception>(() => Log.RecordAsync(Entry()));
        await app.Database.QueryAsync<int>("alter table audit_log_gone rename to audit_log");

        await WriteAsync(2);

        var verification = await VerifyAsync();
        Assert.True(verification.Valid);
        Assert.Equal(4, verification.Rows);
    }

    [Fact]
    public async Task AppAndWorker_CannotChangeOrRemoveARow() =>
        Assert.Equal(
            ["audit_checkpoints INSERT worker", "audit_checkpoints SELECT worker", "audit_log INSERT worker", "audit_log SELECT app", "audit_log SELECT worker"],
            await app.Database.QueryAsync<string>(
                """
                select table_name || ' ' || privilege_type || ' ' || grantee from information_schema.role_table_grants
                where table_name in ('audit_log', 'audit_checkpoints') and grantee in ('app', 'worker')
                order by 1
                """));

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    private async Task WriteAsync(int count)
    {
        for (var n = 0; n < count; n++)
        {
            await Log.RecordAsync(Entry());
        }
    }

    private Task<AuditVerification> VerifyAsync() =>
        app.Host.Services.GetRequiredService<VerifyAudit>().ExecuteAsync(default);

    private AuditEntry Entry() => new(
        new DateTimeOffset(2026, 11, 22, 10, 30, 15, 123, 456, TimeSpan.Zero), app.Business, "ann", "owner", "GetCustomer", "/v1/customers/{id}",
        [Guid.CreateVersion7()], Guid.NewGuid().ToString("N"));
}

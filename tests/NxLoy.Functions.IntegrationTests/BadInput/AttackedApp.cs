using NxLoy.Functions.Erasure;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Observability;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>An app that is sent what it must refuse, and its tables, watched.</summary>
public sealed class AttackedApp : IAsyncLifetime
{
    private Wire? wire;
    private Tables? tables;

    /// <summary>What its timers do of the real clock is no doing of the request that is under way.</summary>
    public TestApp App { get; } = new()
    {
        KeepsFiles = true,
        Configure = settings =>
        {
            // But for the one that ends erasures when a test wants it to.
            foreach (var timer in TestApp.Timers.Where(timer => timer is not (nameof(AuditTriggers.EveryMinuteSignAudit) or nameof(ErasureTriggers.EveryDaySweepErasures))))
            {
                settings[$"AzureWebJobs.{timer}.Disabled"] = "true";
            }
        },
    };

    internal Wire Wire => wire!;

    internal Tables Tables => tables!;

    /// <summary>Sends every attack and gathers whatever was answered wrongly or left something in the tables.</summary>
    internal async Task RefusesAsync(IEnumerable<Attack> attacks)
    {
        var (failures, all) = (new List<string>(), attacks.ToList());
        await QuietAsync();
        var before = await Tables.ReadAsync();
        foreach (var attack in all)
        {
            var answer = await Wire.SendAsync(attack.Sent);
            if (attack.FaultIn(answer) is { } fault)
            {
                failures.Add(Described(attack, answer, fault));
            }
        }

        if (Change(before, await Tables.ReadAsync()) is { } left)
        {
            failures.AddRange(await BlamedAsync(all));
            failures.Add($"One of them {left}");
        }

        Assert.True(all.Count > 0, "There was nothing to send.");
        if (failures.Count > 0)
        {
            throw new XunitException($"{failures.Count} of {all.Count} were not refused as they should be:\n{string.Join('\n', failures)}");
        }
    }

    /// <summary>Sends what the attacks were made from: had it been refused too, they would have proved nothing.</summary>
    internal async Task SucceedsAsync(Target target)
    {
        var answer = await Wire.SendAsync(target.Valid);
        Assert.True(answer.Code is >= 200 and < 300, $"What the attacks on {target.Operation} were made from is refused too: {answer.Code} {answer.Text}");
    }

    /// <summary>Waits for what requests before have set going: its rows are no doing of the next one.</summary>
    internal Task QuietAsync() => Eventually.TrueAsync(async () => (await App.Database.QueryAsync<bool>(
        """
        select not exists (select from customer_data_exports where status = 'PROCESSING' or status = 'PENDING' and approval <> 'WAITING')
            and not exists (select from tier_runs where status <> 'COMPLETED')
            and not exists (select from erasure_requests where status = 'PROCESSING')
        """))[0]);

    internal static string? Change(IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        before.SequenceEqual(after) ? null : $"left something in the tables: {string.Join(", ", after.Except(before))} (before: {string.Join(", ", before.Except(after))})";

    public async Task InitializeAsync()
    {
        await App.InitializeAsync();
        wire = Wire.To(App.Host.BaseAddress);
        tables = await Tables.OfAsync(App.Database);
    }

    public async Task DisposeAsync()
    {
        await (wire?.DisposeAsync() ?? default);
        await (tables?.DisposeAsync() ?? default);
        await App.DisposeAsync();
    }

    // Reading all tables takes longer than an attack: they are read around each only when one has left something.
    private async Task<List<string>> BlamedAsync(List<Attack> attacks)
    {
        var blamed = new List<string>();
        var before = await Tables.ReadAsync();
        foreach (var attack in attacks)
        {
            var answer = await Wire.SendAsync(attack.Sent);
            var after = await Tables.ReadAsync();
            if (Change(before, after) is { } left)
            {
                blamed.Add(Described(attack, answer, left));
            }

            before = after;
        }

        return blamed;
    }

    private static string Described(Attack attack, Answer answer, string fault) =>
        $"{attack.Name}: {answer.Code} {Start(answer.Text, 500)}\n  {fault}\n  {attack.Sent.Method} {Start(attack.Sent.Target, 200)}";

    private static string Start(string text, int length) => text.Length < length ? text : text[..length];
}

using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>An app that is sent what it must refuse, and its tables, watched.</summary>
public sealed class AttackedApp : IAsyncLifetime
{
    private Wire? wire;
    private Tables? tables;

    public TestApp App { get; } = new() { KeepsFiles = true };

    internal Wire Wire => wire!;

    internal Tables Tables => tables!;

    /// <summary>Sends every attack and gathers whatever was answered wrongly or left something in the tables.</summary>
    internal async Task RefusesAsync(IEnumerable<Attack> attacks)
    {
        var (failures, sent) = (new List<string>(), 0);
        await QuietAsync();
        var before = await Tables.ReadAsync();
        foreach (var attack in attacks)
        {
            sent++;
            var answer = await Wire.SendAsync(attack.Sent);
            var after = await Tables.ReadAsync();
            if ((attack.FaultIn(answer) ?? Change(before, after)) is { } fault)
            {
                failures.Add($"{attack.Name}: {answer.Code} {(answer.Text.Length < 500 ? answer.Text : answer.Text[..500])}\n  {fault}\n  {attack.Sent.Method} {(attack.Sent.Target.Length < 200 ? attack.Sent.Target : attack.Sent.Target[..200])}");
            }

            before = after;
        }

        Assert.True(sent > 0, "There was nothing to send.");
        if (failures.Count > 0)
        {
            throw new XunitException($"{failures.Count} of {sent} were not refused as they should be:\n{string.Join('\n', failures)}");
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
}

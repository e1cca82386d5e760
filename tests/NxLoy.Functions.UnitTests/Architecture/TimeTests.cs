using System.Text.RegularExpressions;

namespace NxLoy.Functions.UnitTests.Architecture;

/// <summary>Business time is injected, so that it can be moved; nothing asks a clock behind its back.</summary>
public sealed partial class TimeTests
{
    // Machine time, which nobody moves: when a migration really ran, whether a token was really issued, how long a
    // broker's lock lasts and since when it has had a message.
    private static readonly string[] MachineTime = ["Database/Migrations.cs", "Http/Tokens.cs", "Messaging/BusTokens.cs", "Activity/ActivityTriggers.cs"];

    [Fact]
    public void Code_AsksNoClockButTimeProvider() => Expect.None(
        Source.App.Uses
            .Where(use => use.Symbol.Name is "Now" or "UtcNow" or "Today" && use.Used.ToDisplayString() is "System.DateTime" or "System.DateTimeOffset" or "NodaTime.SystemClock")
            .Where(use => !MachineTime.Contains(use.File))
            .Select(use => $"{use.File}: {use.Used}.{use.Symbol.Name}"));

    [Fact]
    public void SystemClock_IsChosenOnlyInProgram() => Expect.None(
        Source.App.Uses.Where(use => use.Symbol is { Name: "System", ContainingType.Name: "TimeProvider" } && use.File != "Program.cs" && !MachineTime.Contains(use.File)).Select(use => use.File));

    [Fact]
    public void Sql_AsksNoClockAndKnowsNoZone() => Expect.None(
        Source.App.TextsAndMigrations()
            .Where(text => Clock().IsMatch(text.Text))
            .Select(text => $"{text.File}: {Clock().Match(text.Text).Value}"));

    [GeneratedRegex(@"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b|\bat time zone\b", RegexOptions.IgnoreCase)]
    private static partial Regex Clock();
}

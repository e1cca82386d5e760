using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Documents;

/// <summary>docs/telemetry.md lists what the app measures.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public void Metrics_AreAllListedAndNothingElse() => Markdown.Agree(
        Markdown.FirstColumn("telemetry.md", "## Metrics"),
        Source.App.ConstantsOf(parameter => parameter is { Name: "name" }
            && parameter.ContainingSymbol.ContainingType.ToDisplayString() == "System.Diagnostics.Metrics.Meter"
            && parameter.ContainingSymbol.Name.StartsWith("Create", StringComparison.Ordinal)).Select(name => name.Value).OfType<string>(),
        "telemetry.md");

    [Fact]
    public void Alerts_AreAllListedAndNothingElse() => Markdown.Agree(
        Markdown.FirstColumn("telemetry.md", "## Alerts"),
        Source.App.ConstantsOf(parameter => parameter is { Name: "name" }
            && parameter.ContainingSymbol.Name == "Raise" && parameter.ContainingSymbol.ContainingType.Name == "Alerts").Select(name => name.Value).OfType<string>().Distinct(),
        "telemetry.md");
}

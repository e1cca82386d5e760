using System.Text.Json;
using Microsoft.CodeAnalysis;
using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Documents;

/// <summary>docs/settings.md and local.settings.sample.json name what the app reads.</summary>
public sealed class SettingsTests
{
    private static readonly IReadOnlyList<string> Documented = Markdown.FirstColumn("settings.md", "## The app");

    // What the host itself reads or what decides about the environment.
    private static readonly string[] OfTheHost = ["AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME", "AZURE_FUNCTIONS_ENVIRONMENT"];

    [Fact]
    public void Settings_AreAllDocumentedAndNothingElse() =>
        Markdown.Agree(Documented, Keys().Select(key => key.Value).OfType<string>().Distinct(), "settings.md");

    // host.json reaches the runtime as settings too; it has its own reference.
    [Fact]
    public void EmbeddedRuntimesSettings_AreAllDocumentedAndNothingElse() => Markdown.Agree(
        Markdown.FirstColumn("settings.md", "## The embedded runtime"),
        Keys(Source.Embedded).Select(key => key.Value).OfType<string>().Where(name => !name.StartsWith("AzureFunctionsJobHost:", StringComparison.Ordinal)).Distinct(),
        "settings.md");

    [Fact]
    public void Settings_AreReadByConstantKeys() => Expect.None(
        Keys().Where(key => key.Value is null).Select(key => $"{key.At}: a setting's name must be a constant, so that it can be found."));

    [Fact]
    public void Settings_AreReadThroughConfigurationOnly() => Expect.None(
        Source.App.Uses.Where(use => use.Used.ToDisplayString() == "System.Environment" && use.Symbol.Name.Contains("EnvironmentVariable", StringComparison.Ordinal))
            .Select(use => use.File));

    [Fact]
    public void Sample_HoldsOnlyWhatIsDocumented()
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(Source.Root, "local.settings.sample.json")));
        var names = sample.RootElement.GetProperty("Values").EnumerateObject().Select(value => value.Name.Replace("__", ":", StringComparison.Ordinal)).ToList();

        Expect.None(names.Except(Documented).Except(OfTheHost).Select(name => $"local.settings.sample.json has {name}, which docs/settings.md does not know."));
        Expect.None(Required().Except(names).Select(name => $"local.settings.sample.json lacks {name}, which the app needs."));
    }

    private static IEnumerable<string> Required() => File.ReadAllLines(Path.Combine(Source.Root, "docs", "settings.md"))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains("| needed |", StringComparison.Ordinal) && Documented.Contains(line.Split('`')[1]))
        .Select(line => line.Split('`')[1]);

    // The indexer is found as a parameter too: configuration["Keys:Sealing"].
    private static IEnumerable<(string? Value, string At)> Keys(Source? source = null) => (source ?? Source.App).ConstantsOf(parameter =>
        parameter is { Name: "key" } && parameter.ContainingSymbol.ContainingType.ToDisplayString() is
            "Microsoft.Extensions.Configuration.IConfiguration" or "Microsoft.Extensions.Configuration.ConfigurationBinder"
            or "Microsoft.Extensions.Configuration.ConfigurationExtensions");
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>
/// The settings as the app sees them, lowest first: host.json, local.settings.json, environment variables, command line.
/// Core Tools turn local.settings.json into environment variables that are not set yet, hence this order.
/// </summary>
internal static class AppSettings
{
    /// <summary>The real host's own prefix: <c>AzureFunctionsJobHost__extensions__http__routePrefix</c> overrides host.json.</summary>
    public const string HostJson = "AzureFunctionsJobHost";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static IConfigurationBuilder AddAppSettings(this IConfigurationBuilder configuration, string folder, string[] args) =>
        configuration
            .AddHostJson(folder)
            .AddInMemoryCollection(LocalSettings(Path.Combine(folder, "local.settings.json")))
            .AddEnvironmentVariables()
            .AddCommandLine(args);

    /// <summary>Only host.json and what the test gives: neither the machine nor a developer's own file decides a test.</summary>
    public static IConfigurationBuilder AddTestSettings(
        this IConfigurationBuilder configuration, string folder, string[] args, IReadOnlyDictionary<string, string?> settings) =>
        configuration
            .AddHostJson(folder)
            .AddCommandLine(args)
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(AsKey(s.Key), s.Value)));

    private static IConfigurationBuilder AddHostJson(this IConfigurationBuilder configuration, string folder)
    {
        var file = Path.Combine(folder, "host.json");
        if (!File.Exists(file))
            return configuration;
        var hostJson = new ConfigurationBuilder().AddJsonFile(file).Build();
        return configuration.AddInMemoryCollection(
            hostJson.AsEnumerable().Select(s => KeyValuePair.Create($"{HostJson}:{s.Key}", s.Value)));
    }

    private static IEnumerable<KeyValuePair<string, string?>> LocalSettings(string file)
    {
        if (!File.Exists(file) || JsonNode.Parse(File.ReadAllText(file), documentOptions: Lenient) is not JsonObject root)
            yield break;
        foreach (var (key, value) in Section(root, "Values"))
            yield return KeyValuePair.Create(AsKey(key), value?.ToString());
        foreach (var (key, value) in Section(root, "ConnectionStrings"))
            yield return KeyValuePair.Create($"ConnectionStrings:{key}", (value is JsonObject o ? o["ConnectionString"] : value)?.ToString());
        foreach (var (key, value) in Section(root, "Host"))
            yield return KeyValuePair.Create($"Host:{key}", value?.ToString());
    }

    private static JsonObject Section(JsonObject root, string name) => root[name] as JsonObject ?? [];

    private static string AsKey(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
}

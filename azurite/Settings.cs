using System.Text.Json;

namespace NxLoy.Functions.LocalStack;

/// <summary>
/// What the developer has set: environment variables, else the "Values" of local.settings.json at the root. Names are given
/// with colons (<c>Database:App</c>); in the environment these are two underscores.
/// </summary>
internal sealed class Settings(IReadOnlyDictionary<string, string> values)
{
    private static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static Settings Of(Checkout checkout)
    {
        var path = Path.Combine(checkout.Root, "local.settings.json");
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            if (File.Exists(path)
                && JsonDocument.Parse(File.ReadAllBytes(path), Lenient).RootElement.TryGetProperty("Values", out var listed))
                foreach (var value in listed.EnumerateObject())
                    values[value.Name.Replace("__", ":", StringComparison.Ordinal)] = value.Value.ToString();
        }
        catch (JsonException fault)
        {
            throw new LauncherException($"{path} is not valid JSON: {fault.Message}");
        }

        return new Settings(values);
    }

    /// <summary>The value, null when it is absent or empty.</summary>
    public string? Find(string name)
    {
        var value = Environment.GetEnvironmentVariable(name.Replace(":", "__", StringComparison.Ordinal)) ?? values.GetValueOrDefault(name);
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    public int? FindPort(string name)
    {
        if (Find(name) is not { } text)
            return null;
        return int.TryParse(text, out var port) && port is > 0 and < 65536
            ? port
            : throw new LauncherException($"The setting {name} is \"{text}\", which is no port.");
    }

    /// <summary>
    /// The developer's own PostgreSQL: all three of its connections, or none. Its roles cannot be guessed from one of them.
    /// </summary>
    public DatabaseConnections? Database()
    {
        string[] names = ["Database:Owner", "Database:App", "Database:Worker"];
        var found = names.Select(Find).ToArray();
        if (found.All(value => value is null))
            return null;
        if (Array.IndexOf(found, null) is >= 0 and var missing)
            throw new LauncherException(
                $"Settings name a PostgreSQL, but {names[missing]} is missing: give all of {string.Join(", ", names)}, or none.");

        return new DatabaseConnections(found[0]!, found[1]!, found[2]!, Find("EmbeddedRuntime:Database") ?? found[0]!);
    }

    /// <summary>The developer's own Service Bus: a connection string, or the host name of a namespace.</summary>
    public string? ServiceBus() => Find("ServiceBus") ?? Find("ServiceBus:fullyQualifiedNamespace");

    /// <summary>The developer's own storage account. "UseDevelopmentStorage=true" means an Azurite, and that is what we start.</summary>
    public string? Storage() =>
        Find("AzureWebJobsStorage") is { } value && !value.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase)
            ? value
            : null;
}

/// <summary>Connection strings: the schema's owner, the two roles that own nothing, and where the embedded runtime keeps its own.</summary>
internal sealed record DatabaseConnections(string Owner, string App, string Worker, string Runtime);

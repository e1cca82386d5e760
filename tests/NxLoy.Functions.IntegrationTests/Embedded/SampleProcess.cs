using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.SampleApp;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>The sample app as a process, from a copy of its output in a folder of its own.</summary>
internal sealed class SampleProcess : ChildProcess
{
    private readonly string folder;

    private SampleProcess(string folder, int port, IReadOnlyDictionary<string, string> environment, string[] arguments)
        : base(Path.Combine(folder, "NxLoy.Functions.SampleApp.dll"), port, start =>
        {
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument.Replace("$port", $"{port}", StringComparison.Ordinal));
            start.Environment["EverySecond__Schedule"] = "* * * * * *";
            if (!environment.ContainsKey("EmbeddedRuntime__Database"))
                foreach (var setting in WithoutSagas)
                    start.Environment[setting] = "true";
            foreach (var (name, value) in environment)
                start.Environment[name] = value.Replace("$port", $"{port}", StringComparison.Ordinal);
        }) => this.folder = folder;

    /// <summary>Durable functions need a database; what has none goes without them.</summary>
    public static IEnumerable<string> WithoutSagas { get; } =
        [.. typeof(Saga).GetMethods().Select(method => method.GetCustomAttribute<FunctionAttribute>()).OfType<FunctionAttribute>().Select(function => $"AzureWebJobs.{function.Name}.Disabled")];

    /// <param name="environment">Environment variables beside those of the test run.</param>
    /// <param name="localSettings">The text of local.settings.json; <c>$port</c> in it is the port to listen on.</param>
    /// <param name="arguments">Command line arguments; <c>$port</c> likewise.</param>
    public static async Task<SampleProcess> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, string? localSettings = null, string[]? arguments = null)
    {
        var (port, folder) = (FreePort.Choose(), CopyOfApp());
        if (localSettings is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, "local.settings.json"), localSettings.Replace("$port", $"{port}", StringComparison.Ordinal));
        return await AnsweringAsync(
            new SampleProcess(folder, port, environment ?? new Dictionary<string, string>(), arguments ?? ["--urls", "http://127.0.0.1:$port"]), "/");
    }

    public async Task<int> TicksAsync() => int.Parse(await Client.GetStringAsync("/api/ticks"), System.Globalization.CultureInfo.InvariantCulture);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static string CopyOfApp()
    {
        var output = AppContext.BaseDirectory.Replace("NxLoy.Functions.IntegrationTests", "NxLoy.Functions.SampleApp", StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("sample-app-").FullName;
        foreach (var file in Directory.EnumerateFiles(output))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }
}

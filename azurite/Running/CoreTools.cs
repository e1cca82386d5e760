namespace NxLoy.Functions.LocalStack.Running;

/// <summary>Azure Functions Core Tools, which run the azure flavour on a developer's machine. Not pinned here: not served everywhere.</summary>
internal static class CoreTools
{
    public static string[] Command => OperatingSystem.IsWindows() ? ["cmd", "/c", "func"] : ["func"];

    public static async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (!await Tools.Command.SucceedsAsync([.. Command, "--version"], cancellationToken))
            throw new LauncherException(
                "--azure needs Azure Functions Core Tools 4, and func is not on the PATH. Install the npm package "
                + "azure-functions-core-tools@4 (npm install --global), or leave --azure out: the embedded runtime runs the same source.");
    }
}

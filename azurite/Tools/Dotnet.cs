namespace NxLoy.Functions.LocalStack.Tools;

internal static class Dotnet
{
    /// <summary>The dotnet that runs this program, so that its children are built and run by the same SDK.</summary>
    public static string Path { get; } =
        System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
}

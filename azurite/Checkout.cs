namespace NxLoy.Functions.LocalStack;

/// <summary>Where things lie in this working copy.</summary>
internal sealed class Checkout(string root, string? data = null)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Everything the local stack keeps. Ignored by git.</summary>
    public string Data { get; } = Path.GetFullPath(data ?? Path.Combine(root, "azurite", ".data"));

    /// <summary>Where package.json pins the emulators.</summary>
    public string Packages => Path.Combine(Root, "azurite");

    /// <summary>Where another pins the AMQP clients that tests talk to the broker with.</summary>
    public string Clients => Path.Combine(Root, "tests", "clients");

    public string Solution => Path.Combine(Root, "NxLoy.Functions.sln");

    /// <summary>The working copy that the running launcher (or test) was built in.</summary>
    public static Checkout Find(string? data = null)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "NxLoy.Functions.sln")))
                return new Checkout(folder.FullName, data);

        throw new LauncherException($"NxLoy.Functions.sln is in none of the folders above {AppContext.BaseDirectory}.");
    }
}

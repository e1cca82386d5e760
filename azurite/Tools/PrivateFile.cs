namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>Files that hold secrets: for the owner's eyes only, and never half-written.</summary>
internal static class PrivateFile
{
    public static void Write(string path, string text)
    {
        var draft = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}

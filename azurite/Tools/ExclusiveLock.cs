namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>
/// One process at a time: a file held open. The operating system lets go of it when its holder dies, so none is ever stale.
/// </summary>
internal static class ExclusiveLock
{
    /// <summary>Waits for its turn; says so once when another holds it.</summary>
    public static async Task<FileStream> TakeAsync(string path, Action waiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var attempt = 0; ; attempt++)
        {
            if (TryOpen(path) is { } file)
                return file;
            if (attempt == 0)
                waiting();
            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>Null while another process holds it.</summary>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}

namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>
/// One process at a time: a file held open. The operating system lets go of it when its holder dies, so none is ever stale.
/// </summary>
internal sealed class ExclusiveLock : IDisposable
{
    private readonly FileStream file;

    private ExclusiveLock(FileStream file) => this.file = file;

    /// <summary>Waits for its turn; says so once when another holds it.</summary>
    public static async Task<ExclusiveLock> TakeAsync(string path, Action waiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new ExclusiveLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                if (attempt == 0)
                    waiting();
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    public void Dispose() => file.Dispose();
}

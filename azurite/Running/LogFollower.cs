namespace NxLoy.Functions.LocalStack.Running;

/// <summary>Shows what is added to a log file.</summary>
internal sealed class LogFollower(string path, TextWriter writer)
{
    private long position;

    /// <summary>Writes what has come since the last call.</summary>
    public async Task CatchUpAsync()
    {
        if (!File.Exists(path))
            return;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length <= position)
            return;

        file.Position = position;
        using var reader = new StreamReader(file);
        await writer.WriteAsync(await reader.ReadToEndAsync());
        await writer.FlushAsync();
        position = file.Position;
    }
}

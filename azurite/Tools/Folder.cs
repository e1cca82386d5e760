namespace NxLoy.Functions.LocalStack.Tools;

internal static class Folder
{
    /// <summary>Deletes it if it is there, also while a process that is just ending takes its own files away.</summary>
    public static async Task DeleteAsync(string path)
    {
        for (var attempt = 1; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(100);
            }
        }
    }
}

using System.Globalization;

namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>
/// Names a process so that it is found again later, and never mistaken: line 1 is its number, line 2 the moment of its start.
/// A process that got the same number afterwards started at another moment.
/// </summary>
internal sealed class PidFile(string path)
{
    public string Path { get; } = path;

    /// <summary>The process, if it still runs.</summary>
    public int? Alive()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path);
        }
        catch (IOException)
        {
            return null;
        }

        return lines.Length >= 2
            && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(lines[1], CultureInfo.InvariantCulture, out var mark)
            && ProcessTable.IsAlive(pid)
            && ProcessTable.IsSameStart(ProcessTable.StartOf(pid), mark)
                ? pid
                : null;
    }

    public void Write(int pid) =>
        PrivateFile.Write(Path, string.Create(CultureInfo.InvariantCulture, $"{pid}\n{ProcessTable.StartOf(pid)}\n"));

    public void Delete()
    {
        if (File.Exists(Path))
            File.Delete(Path);
    }
}

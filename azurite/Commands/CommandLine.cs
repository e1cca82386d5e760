using System.Globalization;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary>The words of a command line, taken one by one; what nobody took was not understood.</summary>
internal sealed class CommandLine(string command, IEnumerable<string> arguments)
{
    // "--port=1" is "--port 1"
    private readonly List<string> left = [.. arguments.SelectMany(a => a.StartsWith("--", StringComparison.Ordinal) ? a.Split('=', 2) : [a])];

    public bool Flag(params string[] names) => left.RemoveAll(names.Contains) > 0;

    public string? Value(string name)
    {
        var at = left.IndexOf(name);
        if (at < 0)
            return null;
        if (at + 1 == left.Count || left[at + 1].StartsWith("--", StringComparison.Ordinal))
            throw Fault($"{name} needs a value");

        var value = left[at + 1];
        left.RemoveRange(at, 2);
        return value;
    }

    public string Required(string name) => Value(name) ?? throw Fault($"{name} is missing");

    public int? Port(string name) => Value(name) switch
    {
        null => null,
        var text when int.TryParse(text, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 => port,
        var text => throw Fault($"{name} is a port, not \"{text}\""),
    };

    /// <summary>The next word, if it is no option.</summary>
    public string? Word()
    {
        if (left.Count == 0 || left[0].StartsWith('-'))
            return null;
        var word = left[0];
        left.RemoveAt(0);
        return word;
    }

    public void Done()
    {
        if (left.Count > 0)
            throw Fault($"\"{left[0]}\" is not understood");
    }

    public LauncherException Fault(string message) => new($"{command}: {message}. {command} --help explains.", exitCode: 2);
}

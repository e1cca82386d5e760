namespace NxLoy.Functions.LocalStack;

/// <summary>Something the person at the keyboard can act on: the message is shown as it is, without a stack trace.</summary>
internal sealed class LauncherException(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>1 for a failure, 2 for a command line that was not understood.</summary>
    public int ExitCode { get; } = exitCode;
}

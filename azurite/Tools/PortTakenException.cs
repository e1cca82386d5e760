namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>The port was free when it was chosen, and another process was faster.</summary>
internal sealed class PortTakenException(string message) : Exception(message);

using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Testing;

/// <summary>Debian's AMQP client for Python, which the broker's tests talk with. Where it cannot be installed, its test says that it is missing.</summary>
internal static class QpidProton
{
    private const string Package = "python3-qpid-proton";

    public static async Task EnsureAsync(Narrator narrator, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get")
            || await Command.SucceedsAsync(["/usr/bin/python3", "-c", "import proton"], cancellationToken))
            return;
        narrator.Say($"{Package} is missing: installing it with apt-get.");
        var quiet = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        await Command.RunAsync(["apt-get", "update", "-q"], cancellationToken, environment: quiet);
        await Command.RunAsync(["apt-get", "install", "-y", "-q", "--no-install-recommends", Package], cancellationToken, environment: quiet);
    }
}

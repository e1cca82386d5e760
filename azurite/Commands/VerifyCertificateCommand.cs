namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run verify-certificate FILE</c>: whether an erasure certificate is what was signed. Needs nothing that runs.</summary>
internal static class VerifyCertificateCommand
{
    /// <returns>0 when it holds, 1 when it does not.</returns>
    public static async Task<int> ExecuteAsync(CommandLine line, CancellationToken cancellationToken)
    {
        var keyId = line.Value("--key-id");
        var file = line.Word() ?? throw line.Fault("the certificate's file is missing");
        line.Done();
        if (!File.Exists(file))
            throw new LauncherException($"There is no file {file}.");

        var (holds, words) = await Certificates.CheckAsync(await File.ReadAllTextAsync(file, cancellationToken), keyId);
        Console.WriteLine(holds ? words : $"THE CERTIFICATE DOES NOT HOLD: {words}.");
        return holds ? 0 : 1;
    }
}

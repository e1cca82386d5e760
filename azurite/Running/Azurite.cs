using System.Diagnostics;
using System.Globalization;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>The storage emulator: blobs on its port, queues and tables on the two after it, as Azurite's own defaults are.</summary>
/// <param name="name">Of its folder, log and pid file.</param>
internal sealed class Azurite(Checkout checkout, Secrets secrets, string name = "azurite")
{
    /// <summary>Ports it takes, in a row.</summary>
    public const int Ports = 3;

    // Not the account that every Azurite has: a stray connection string for another one is refused, and so is ours there.
    private const string Account = "nxloylocal";

    private readonly DetachedProcess process = new(name, checkout);

    private string Folder => Path.Combine(checkout.Data, name);

    public bool IsAlive => process.IsAlive;

    public string LogFile => process.LogFile;

    /// <returns>The connection string.</returns>
    public async Task<string> StartAsync(int port, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        var program = Path.Combine(checkout.Packages, "node_modules", "azurite", "dist", "src", "azurite.js");
        string[] command =
        [
            NodeProgram.Path(checkout), program, "--location", Folder, "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--blobPort", Text(port),
            "--queueHost", "127.0.0.1", "--queuePort", Text(port + 1),
            "--tableHost", "127.0.0.1", "--tablePort", Text(port + 2),
        ];
        var environment = new Dictionary<string, string> { ["AZURITE_ACCOUNTS"] = $"{Account}:{secrets.BlobKey}" };
        await process.StartAsync(command, Folder, environment, cancellationToken);
        await ListensAsync(cancellationToken);

        return $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={secrets.BlobKey};"
            + $"BlobEndpoint=http://127.0.0.1:{port}/{Account};"
            + $"QueueEndpoint=http://127.0.0.1:{port + 1}/{Account};"
            + $"TableEndpoint=http://127.0.0.1:{port + 2}/{Account};";
    }

    public Task StopAsync() => process.StopAsync(TimeSpan.FromSeconds(10));

    public Task DeleteAsync() => Tools.Folder.DeleteAsync(Folder);

    // By its own word: whether something answers on the port tells nothing of who does.
    private async Task ListensAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (process.LastLines().Split("successfully listening").Length <= Ports)
        {
            if (!process.IsAlive || watch.Elapsed > TimeSpan.FromSeconds(60))
            {
                var log = process.LastLines();
                await process.StopAsync(TimeSpan.FromSeconds(5));
                throw log.Contains("EADDRINUSE", StringComparison.Ordinal)
                    ? new PortTakenException(log)
                    : new LauncherException($"Azurite did not start. Its log ({LogFile}) ends with:\n{log}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

using NxLoy.Functions.LocalStack.Running;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Testing;

/// <summary>The blob storage that the tests share: an Azurite of their own that begins empty, on ports that are free.</summary>
internal sealed class TestBlobs : IAsyncDisposable
{
    private readonly Azurite azurite;

    private TestBlobs(Azurite azurite, string connectionString) => (this.azurite, ConnectionString) = (azurite, connectionString);

    public string ConnectionString { get; }

    public static async Task<TestBlobs> StartAsync(
        Checkout checkout, Narrator narrator, CancellationToken cancellationToken, string name = "test-azurite")
    {
        var azurite = new Azurite(checkout, Secrets.Of(checkout, narrator), name);
        await azurite.StopAsync(); // what an interrupted run left
        await azurite.DeleteAsync();
        string? connectionString = null;
        await PortChoice.StartAsync(
            "Azurite", asked: null, last: null, Ports.AnyFree(), Azurite.Ports,
            async port => connectionString = await azurite.StartAsync(port, cancellationToken));
        return new TestBlobs(azurite, connectionString!);
    }

    public async ValueTask DisposeAsync() => await azurite.StopAsync();
}

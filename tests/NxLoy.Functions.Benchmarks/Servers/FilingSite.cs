using System.Net.Http.Headers;
using System.Security.Cryptography;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Testing;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>The app with an Azurite beside its PostgreSQL, and a compliance officer who asks it.</summary>
internal sealed class FilingSite : IAsyncDisposable
{
    private const int Customers = 10_000;

    private readonly BenchDatabase database;
    private readonly TestBlobs blobs;

    private FilingSite(BenchDatabase database, TestBlobs blobs, ServerProcess app, HttpClient client) =>
        (this.database, this.blobs, App, Client) = (database, blobs, app, client);

    public ServerProcess App { get; }

    public HttpClient Client { get; }

    public static async Task<FilingSite> StartAsync(BenchPostgres server, TokenAuthority authority, Checkout checkout, Narrator narrator)
    {
        var database = await BenchDatabase.CopyAsync(server, Customers, narrator);
        var blobs = await TestBlobs.StartAsync(checkout, narrator, CancellationToken.None, "bench-azurite");
        var address = new Uri($"http://127.0.0.1:{Ports.AnyFree()}");
        var app = await ServerProcess.StartAsync(
            "app", Path.Combine(checkout.Root, "functions", "bin", "Release", "net10.0", "NxLoy.Functions.dll"), ["--urls", address.ToString()],
            address, "api/health/live",
            new Dictionary<string, string>(Site.SettingsOf(server, authority, database))
            {
                ["Storage__ConnectionString"] = blobs.ConnectionString,
                ["Keys__Exports"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            },
            checkout);
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", authority.Token("officer", BenchDatabase.Business, "compliance"));
        await database.SettleAsync();
        return new FilingSite(database, blobs, app, client);
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null) => database.QueryAsync<T>(sql, args);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        await blobs.DisposeAsync();
        await database.DropAsync();
    }
}

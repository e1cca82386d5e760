using Microsoft.AspNetCore.Http;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>The app on blob storage that a test takes away, fills up, or holds in the middle of a request.</summary>
internal sealed class FaultyApp : IAsyncLifetime
{
    private BlobProxy? proxy;
    private TestApp? app;

    public BlobProxy Storage => proxy!;

    public TestApp App => app!;

    public async Task InitializeAsync()
    {
        proxy = await BlobProxy.StartAsync();
        app = new TestApp
        {
            KeepsFiles = true,
            Configure = settings =>
            {
                settings["Storage:ConnectionString"] = Storage.ConnectionString;
                settings["Logging:LogLevel:Default"] = "None";
            },
        };
        await app.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        await Storage.DisposeAsync();
    }

    /// <summary>Storage answers everything again.</summary>
    public void Mend() => Storage.Pass = _ => Task.FromResult(true);

    /// <summary>Holds such requests until they are released; all others pass.</summary>
    public HeldRequests Hold(Func<HttpRequest, bool> which)
    {
        var held = new HeldRequests();
        Storage.Pass = context => which(context.Request) ? held.PassAsync() : Task.FromResult(true);
        return held;
    }

    /// <summary>The same with the first of them alone.</summary>
    public HeldRequests HoldFirst(Func<HttpRequest, bool> which)
    {
        var left = 1;
        return Hold(request => which(request) && Interlocked.Exchange(ref left, 0) == 1);
    }
}

/// <summary>Requests to storage that wait.</summary>
internal sealed class HeldRequests
{
    private readonly TaskCompletionSource come = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for the first.</summary>
    public Task ComeAsync() => come.Task.WaitAsync(Eventually.Patience);

    public void Release() => go.SetResult();

    internal async Task<bool> PassAsync()
    {
        come.TrySetResult();
        await go.Task;
        return true;
    }
}

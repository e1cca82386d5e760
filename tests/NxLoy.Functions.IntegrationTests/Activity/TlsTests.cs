using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.IntegrationTests.Messaging;
using NxLoy.Functions.IntegrationTests.ServiceBus;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>
/// Events in and out by a connection string as Azure's portal gives it: TLS, the shared access key, no word of an emulator.
/// The app in this process lends its broker; the one that is tested is a process of its own, with authorities of its own.
/// </summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly BusApp lender = new()
    {
        Configure = settings =>
        {
            BusApp.WithBroker(settings);
            settings["EmbeddedRuntime:Entities"] = $"{BusApp.Subscription};customers-events/Subscriptions/local";
            foreach (var function in new[] { "OnActivity", "OnDeadLetter", "EveryMinuteSweepOutbox" })
                settings[$"AzureWebJobs.{function}.Disabled"] = "true";
        },
    };

    private TlsEndpoint? endpoint;

    private TlsEndpoint Endpoint => endpoint!;

    public async Task InitializeAsync()
    {
        await lender.InitializeAsync();
        endpoint = TlsEndpoint.Before(lender.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Endpoint.DisposeAsync();
        await ((IAsyncLifetime)lender).DisposeAsync();
    }

    [Fact]
    public async Task Namespace_WhoseCertificateIsTrusted_BringsEvents_AndIsToldOfThem()
    {
        var (business, customer) = await lender.BuyerAsync();
        await using var subscriber = await Subscriber.ListenAsync(lender.ConnectionString, "customers-events/Subscriptions/local");
        await using var app = await StartAsync("localhost", isTrusted: true);

        await lender.SendAsync(Events.Sale(business, customer, 1_000));

        await lender.SettledAsync();
        Assert.Equal(1_000, await lender.SpentAsync(customer));
        await Eventually.TrueAsync(() => subscriber.Of(customer).Any(heard => (string?)heard.Event["type"] == "customers.tier.upgraded"));
        Assert.True(Endpoint.Agreed >= 3, $"{Endpoint.Agreed} connections"); // two functions that listen, and the relay
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("127.0.0.1", true)] // trusted, but this is not its name
    public async Task Namespace_WhoseCertificateDoesNotHold_IsToldNothing_AndTriedAgain(string host, bool isTrusted)
    {
        var customer = (await lender.CustomerAsync()).Id;
        await using var app = await StartAsync(host, isTrusted);

        await lender.SendAsync(Events.Sale(lender.Business, customer, 1_000));

        await Eventually.TrueAsync(() => Endpoint.Asked >= 6);
        Assert.Equal(0, Endpoint.Agreed); // neither the key nor an event was said
        Assert.Equal(1, await lender.LeftAsync());
        Assert.Equal(0, await lender.SpentAsync(customer));
    }

    private Task<AppProcess> StartAsync(string host, bool isTrusted)
    {
        var settings = AppProcess.Quiet(TestApp.Settings(lender.Database));
        settings["ServiceBus"] = Endpoint.ConnectionString(host);
        if (isTrusted)
            Endpoint.Trust(settings);
        return AppProcess.StartAsync(settings);
    }
}

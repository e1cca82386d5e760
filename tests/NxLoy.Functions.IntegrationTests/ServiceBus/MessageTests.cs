using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>What tests of functions that messages start have in common.</summary>
public abstract class MessageTests : IAsyncLifetime
{
    private protected const string HostJson = "AzureFunctionsJobHost:extensions:serviceBus:";

    private RuntimeDatabase? database;

    private protected RuntimeDatabase Database => database!;

    private protected MessageSamples.Calls Seen { get; } = [];

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();

    /// <summary>Sends to whom <see cref="MessageSamples.Batched"/> listens, while nobody does: whoever begins to finds all of it there.</summary>
    private protected async Task SendBeforehandAsync(params string[] texts)
    {
        await using var host = await MessageSamples.StartAsync<MessageSamples.Batched>(
            Database, Seen, ("AzureWebJobs.Batched.Disabled", "true"), ("EmbeddedRuntime:Entities", "news/Subscriptions/first"));
        await using var client = await host.ConnectAsync();
        await client.SendAsync("news", texts);
    }

    /// <summary>How many messages the broker still has.</summary>
    private protected Task<long> LeftAsync() => Database.ScalarAsync<long>("select count(*) from functions_host.bus_messages");
}

using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>A process that is killed while it relays loses no event, and lets none overtake another.</summary>
public sealed class RelayCrashTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_EveryEventIsHeardInOrder()
    {
        await using var publishing = await PublishingApp.StartAsync();
        var database = publishing.App.Database;
        var customers = new List<Guid>();
        for (var n = 0; n < 3; n++)
            customers.Add((await publishing.App.CustomerAsync()).Id);
        await publishing.PublishedAsync();
        await publishing.App.StopHostAsync();
        await using var proxy = new CommitProxy(database.Worker);
        var settings = new Dictionary<string, string?>(publishing.App.StartedWith) { ["Database:Worker"] = proxy.ConnectionString, [TestApp.NoSigning] = "true" };
        settings.Remove("Database:Owner");
        var process = await AppProcess.StartAsync(settings);
        try
        {
            var (n, wasKilled) = (0, true);
            while (wasKilled)
            {
                var victim = process;
                proxy.Arm(++n, victim.Kill);
                await TagAllAsync(victim, publishing.App.Business, customers);
                await Eventually.TrueAsync(async () => !proxy.IsArmed || await publishing.WaitingAsync() == 0);
                wasKilled = !proxy.IsArmed;
                proxy.Disarm();
                if (wasKilled)
                {
                    await process.DisposeAsync();
                    process = await AppProcess.StartAsync(settings); // looks through the outbox when it starts
                    await publishing.PublishedAsync();
                }

                foreach (var customer in customers)
                {
                    var written = await database.QueryAsync<Guid>("select id from outbox where customer_id = @customer order by sequence", new { customer });
                    await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count == written.Count);
                    Assert.Equal(written, publishing.Subscriber.Of(customer).Select(heard => heard.Id));
                }
            }

            Assert.True(n > 4, $"Only {n} moments were counted.");
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    private static async Task TagAllAsync(AppProcess process, Guid business, IEnumerable<Guid> customers)
    {
        try
        {
            foreach (var customer in customers)
                foreach (var tag in new[] { Guid.NewGuid(), Guid.NewGuid() })
                {
                    using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"/api/v1/customers/{customer}/tags/{tag:N}", UriKind.Relative));
                    request.Headers.Authorization = new("Bearer", TestApp.Token("owner", [business]));
                    (await process.Client.SendAsync(request)).EnsureSuccessStatusCode();
                }
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer.
        }
    }
}

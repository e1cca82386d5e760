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
        await using var proxy = new CommitProxy(database.Owner);
        var settings = AppProcess.Quiet(publishing.App.StartedWith);
        proxy.Lead(settings, "Database:Worker");

        await new CrashLoop<AppProcess>(proxy, () => AppProcess.StartAsync(settings))
        {
            Begin = process => TagAllAsync(process, publishing.App.Business, customers),
            BeginAgain = _ => Task.CompletedTask, // looks through the outbox when it starts
            HasEnded = async () => await publishing.WaitingAsync() == 0,
            Check = async _ =>
            {
                foreach (var customer in customers)
                {
                    var written = await database.QueryAsync<Guid>("select id from outbox where customer_id = @customer order by sequence", new { customer });
                    await Eventually.TrueAsync(() => publishing.Subscriber.Of(customer).Count == written.Count);
                    Assert.Equal(written, publishing.Subscriber.Of(customer).Select(heard => heard.Id));
                }
            },
        }.RunAsync(moreThan: 4);
    }

    private static async Task TagAllAsync(AppProcess process, Guid business, IEnumerable<Guid> customers)
    {
        foreach (var customer in customers)
            foreach (var tag in new[] { Guid.NewGuid(), Guid.NewGuid() })
            {
                using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"/api/v1/customers/{customer}/tags/{tag:N}", UriKind.Relative));
                request.Headers.Authorization = new("Bearer", TestApp.Token("owner", [business]));
                (await process.Client.SendAsync(request)).EnsureSuccessStatusCode();
            }
    }
}

using Amqp;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Events that come over the bus, to an app that may have none.</summary>
public static class GivenDeadLetters
{
    /// <summary>Sends them over the broker where there is one, else hands them to what would receive them.</summary>
    public static async Task DeliverAsync(this TestApp app, params Message[] messages)
    {
        if (app is BusApp bus)
        {
            await bus.SendAsync(messages);
            await bus.SettledAsync();
            return;
        }

        await app.HandAsync([.. messages.Select(Received)]);
    }

    /// <summary>Hands one event to what would receive it, as if it had been sent so long ago.</summary>
    public static Task HandAsync(this TestApp app, object @event, TimeSpan age) => app.HandAsync(Received(BusApp.Message(@event)) with { Age = age });

    private static EventMessage Received(Message message) =>
        new((byte[])message.Body) { ContentType = message.Properties.ContentType?.ToString(), Id = message.Properties.MessageId };

    private static async Task HandAsync(this TestApp app, params EventMessage[] messages)
    {
        var verdicts = new MessageVerdict?[messages.Length];
        await app.Host.Services.GetRequiredService<TakeInMessages>().ExecuteAsync(
            messages,
            (at, verdict) =>
            {
                verdicts[at] = verdict;
                return Task.CompletedTask;
            },
            IntakePatience.OfAFunction, CancellationToken.None);
        Assert.All(verdicts, verdict => Assert.IsNotType<MessageVerdict.GiveBack>(verdict));
    }

    /// <summary>Tries what is due again, as the timer does every minute.</summary>
    public static Task RetryAsync(this TestApp app) => app.Host.Services.GetRequiredService<RetryDeadLetters>().ExecuteAsync(CancellationToken.None);

    /// <summary>One event without effect, unless another is given about a new customer; answers its dead letter's id.</summary>
    public static async Task<Guid> DeadLetterAsync(this TestApp app, Guid business, object? @event = null)
    {
        await app.DeliverAsync(BusApp.Message(@event ?? Events.Sale(business, (await app.CustomerAsync(business: business)).Id, amount: -1)));
        return (await app.Database.QueryAsync<Guid>("select id from dead_letters where business_id = @business order by id desc limit 1", new { business })).Single();
    }

    /// <summary>From now on the app fails at transactions of a kind.</summary>
    /// <param name="condition">SQL about <c>new</c>.</param>
    public static Task FailsAtAsync(this TestApp app, string condition) => app.Database.QueryAsync<int>(
        $"""
        create function fail() returns trigger language plpgsql as $$ begin raise exception 'Something nobody thought of'; end $$;
        create trigger fail before insert on transactions for each row when ({condition}) execute function fail()
        """);
}

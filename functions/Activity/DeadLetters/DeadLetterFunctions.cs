using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>What came over the bus and has had no effect, over HTTP.</summary>
public sealed class DeadLetterFunctions(ListDeadLetters list, GetDeadLetter get, RetryDeadLetter retry, DiscardDeadLetter discard)
{
    [Function("GetDeadLetters"), Allow(Role.Owner)]
    [Operation("Events that came over the bus and have had no effect, newest first.", Query = typeof(DeadLetterFilter), Answer = typeof(Page<DeadLetter>))]
    public Task<IResult> GetDeadLetters(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/events/dead-letters")] HttpRequest http, CancellationToken cancellation) =>
        http.ReadQuery(DeadLetterFilter.From)
            .Then(filter => list.ExecuteAsync(Caller.Of(http), filter, cancellation))
            .ToHttp();

    [Function("GetDeadLetter"), Allow(Role.Owner)]
    [Operation("One of them with what it said.", Answer = typeof(DeadLetter))]
    public Task<IResult> GetDeadLetter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/events/dead-letters/{id:guid}")] HttpRequest http, Guid id, CancellationToken cancellation) =>
        get.ExecuteAsync(Caller.Of(http), id, cancellation).ToHttp();

    [Function("RetryDeadLetter"), Allow(Role.Owner)]
    [Operation("Has it tried again within a minute.", Answer = typeof(DeadLetter), Problems = ["dead_letter_settled", "dead_letter_unreadable", "business_closed"])]
    public Task<IResult> RetryDeadLetter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/events/dead-letters/{id:guid}/retry")] HttpRequest http, Guid id,
        CancellationToken cancellation) =>
        retry.ExecuteAsync(Caller.Of(http), id, cancellation).ToHttp();

    [Function("DiscardDeadLetter"), Allow(Role.Owner)]
    [Operation("Settles it: it is not tried again and counts no longer, and what it said is deleted.", Body = typeof(Reason), IsBodyOptional = true,
        Answer = typeof(DeadLetter), Problems = ["dead_letter_settled", "business_closed"])]
    public Task<IResult> DiscardDeadLetter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/events/dead-letters/{id:guid}/discard")] HttpRequest http, Guid id,
        CancellationToken cancellation) =>
        http.ReadOptionalAsync(Reason.From, cancellation)
            .Then(reason => discard.ExecuteAsync(Caller.Of(http), id, reason, cancellation))
            .ToHttp();
}

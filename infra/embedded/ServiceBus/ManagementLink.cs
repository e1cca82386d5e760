using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>Requests to an entity's <c>$management</c> node, which answers each by its id.</summary>
internal sealed class ManagementLink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> waiting = new();
    private readonly string replyTo = Guid.NewGuid().ToString("n");
    private readonly SenderLink requests;

    public ManagementLink(Session session, string entity)
    {
        var node = $"{entity}/$management";
        var answers = new ReceiverLink(
            session, $"answers-{replyTo}", new Attach { Source = new Source { Address = node }, Target = new Target { Address = replyTo }, SndSettleMode = SenderSettleMode.Settled }, null);
        answers.Closed += (_, error) => Fail(error);
        answers.Start(100, (link, answer) =>
        {
            link.Accept(answer);
            if (answer.Properties?.GetCorrelationId()?.ToString() is { } id && waiting.TryRemove(id, out var asked))
                asked.TrySetResult(answer);
        });
        requests = new SenderLink(
            session, $"requests-{replyTo}", new Attach { Target = new Target { Address = node }, Source = new Source { Address = replyTo } }, null);
        requests.Closed += (_, error) => Fail(error);
    }

    /// <summary>Makes the locks last anew.</summary>
    /// <returns>Until when, in the order of the tokens.</returns>
    /// <exception cref="AmqpException">One of them is lost, or the node cannot be asked.</exception>
    public async Task<DateTimeOffset[]> RenewLocksAsync(Guid[] tokens, CancellationToken cancellation)
    {
        var answer = await AskAsync("com.microsoft:renew-lock", new Map { ["lock-tokens"] = tokens }, cancellation);
        var ends = (answer.Body as Map)?["expirations"] as DateTime[] ?? [];
        return ends.Length == tokens.Length
            ? [.. ends.Select(AmqpValues.Utc)]
            : throw new AmqpException(ErrorCode.InvalidField, "The answer to a renewal has no time for each lock.");
    }

    private async Task<Message> AskAsync(string operation, Map body, CancellationToken cancellation)
    {
        var id = Guid.NewGuid().ToString("n");
        var asked = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = asked;
        try
        {
            requests.Send(
                new Message(body)
                {
                    Properties = new Properties { MessageId = id, ReplyTo = replyTo },
                    ApplicationProperties = new ApplicationProperties { ["operation"] = operation, ["com.microsoft:server-timeout"] = (uint)Patience.TotalMilliseconds },
                },
                (_, _, outcome, _) =>
                {
                    if (outcome is Rejected { Error: { } error })
                        asked.TrySetException(new AmqpException(error));
                },
                null);
            var answer = await asked.Task.WaitAsync(Patience, cancellation);
            var status = answer.ApplicationProperties?["statusCode"] as int? ?? 0;
            return status is >= 200 and < 300
                ? answer
                : throw new AmqpException(answer.ApplicationProperties?["errorCondition"] as Symbol ?? ErrorCode.InternalError, answer.ApplicationProperties?["statusDescription"] as string ?? $"{operation}: {status}");
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    private void Fail(Error? error)
    {
        foreach (var asked in waiting.Values)
            asked.TrySetException(new AmqpException(error ?? new Error(ErrorCode.DetachForced)));
    }
}

using Amqp;
using Amqp.Framing;
using Azure.Core;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Shows Entra tokens to Service Bus: a message to <c>$cbs</c> for each queue or topic, and another before the token ends
/// (AMQP Claims-based Security 1.0, as Service Bus speaks it).
/// </summary>
internal sealed class BusTokens : IAsyncDisposable
{
    private const string Node = "$cbs";
    private static readonly TokenRequestContext Scope = new(["https://servicebus.azure.net/.default"]);

    /// <summary>Machine time: so long before its end a token is replaced, and so long after a failure it is tried again.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly BusAddress address;
    private readonly TimeSpan patience;
    private readonly TimeSpan early;
    private readonly TimeSpan pause;
    private readonly SenderLink requests;
    private readonly ReceiverLink answers;
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource closing = new();

    public BusTokens(Session session, BusAddress address, TimeSpan patience, TimeSpan? early = null, TimeSpan? pause = null)
    {
        (this.address, this.patience, this.early, this.pause) = (address, patience, early ?? Early, pause ?? Pause);
        requests = new SenderLink(session, $"nxloy-cbs-{Guid.NewGuid():N}", Node);
        answers = new ReceiverLink(
            session, $"nxloy-cbs-answers-{Guid.NewGuid():N}", new Attach { Source = new Source { Address = Node }, Target = new Target { Address = Reply } }, null);
    }

    private string Reply { get; } = $"nxloy-{Guid.NewGuid():N}";

    /// <summary>Shows a token for the queue or topic, and goes on showing one until the connection ends.</summary>
    /// <exception cref="BusUnavailableException">It is not accepted.</exception>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    public async Task ShowAsync(string entity, CancellationToken cancellation)
    {
        var end = await PutAsync(entity, cancellation);
        _ = RenewAsync(entity, end);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        turn.Dispose();
    }

    private async Task RenewAsync(string entity, DateTimeOffset end)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                var left = end - DateTimeOffset.UtcNow - early;
                await Task.Delay(left > pause ? left : pause, closing.Token);
                end = await PutAsync(entity, closing.Token);
            }
            catch (Exception) when (!closing.IsCancellationRequested)
            {
                // Tried again after a pause; when the old token ends, Service Bus closes the link, and a new connection begins.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<DateTimeOffset> PutAsync(string entity, CancellationToken cancellation)
    {
        var token = await address.Credential!.GetTokenAsync(Scope, cancellation);
        await turn.WaitAsync(cancellation);
        try
        {
            var id = Guid.NewGuid().ToString();
            await requests.SendAsync(
                new Message
                {
                    Properties = new Properties { MessageId = id, ReplyTo = Reply },
                    ApplicationProperties = new ApplicationProperties { ["operation"] = "put-token", ["type"] = "jwt", ["name"] = $"sb://{address.Host}/{entity}" },
                    BodySection = new AmqpValue { Value = token.Token },
                },
                patience);
            using var answer = await AnswerAsync(id);
            return answer.ApplicationProperties?["status-code"] is 200 or 202 ? token.ExpiresOn
                : throw new BusUnavailableException($"Service Bus refused our token: {answer.ApplicationProperties?["status-code"]}.");
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Message> AnswerAsync(string id)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (until - Environment.TickCount64 is > 0 and var left && await answers.ReceiveAsync(TimeSpan.FromMilliseconds(left)) is { } answer)
        {
            answers.Accept(answer);
            if (answer.Properties?.GetCorrelationId()?.ToString() == id)
            {
                return answer;
            }

            // To a token that was shown before: nobody waits for that any more.
            answer.Dispose();
        }

        throw new TimeoutException("Service Bus did not answer to a token.");
    }
}

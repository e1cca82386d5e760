using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>One connection to PostgreSQL, handed on message by message and looked at for what it has written and committed.</summary>
/// <param name="app">The client's end.</param>
/// <param name="database">The server's end.</param>
/// <param name="counts">What is a moment.</param>
/// <param name="isMoment">Told of each moment before it is handed on; when it answers true, nothing more is.</param>
/// <remarks>
/// By the frontend/backend protocol, version 3: a kind of one byte and a length of four, which counts itself. Only the first
/// message of a client has no kind.
/// </remarks>
internal sealed class PostgresSession(NetworkStream app, NetworkStream database, Moments counts, Func<bool> isMoment)
{
    private const byte None = 0, Query = (byte)'Q', CommandComplete = (byte)'C', ReadyForQuery = (byte)'Z', Idle = (byte)'I';

    private static readonly string[] Writes = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"];

    private volatile bool hasWritten;

    public Task UpAsync(CancellationToken closing) => HandOnAsync(app, database, isFirst: true, CutsUp, closing);

    public Task DownAsync(CancellationToken closing) => HandOnAsync(database, app, isFirst: false, CutsDown, closing);

    private bool CutsUp(byte kind, ReadOnlySequence<byte> body) =>
        counts >= Moments.AroundCommits && hasWritten && kind == Query && Text(body) == "COMMIT" && isMoment();

    private bool CutsDown(byte kind, ReadOnlySequence<byte> body)
    {
        if (kind == CommandComplete)
        {
            var tag = Text(body);
            hasWritten = tag != "ROLLBACK" && (hasWritten || IsWrite(tag));
        }

        if (kind != ReadyForQuery || !hasWritten)
            return false;
        hasWritten = body.FirstSpan[0] != Idle;
        return (!hasWritten || counts >= Moments.Statements) && isMoment();
    }

    private static bool IsWrite(string tag) =>
        Array.Exists(Writes, write => tag.StartsWith(write, StringComparison.Ordinal)) && !tag.EndsWith(" 0", StringComparison.Ordinal);

    private static string Text(ReadOnlySequence<byte> body) => Encoding.ASCII.GetString(body.Slice(0, body.Length - 1));

    private static async Task HandOnAsync(
        NetworkStream from, NetworkStream to, bool isFirst, Func<byte, ReadOnlySequence<byte>, bool> cuts, CancellationToken closing)
    {
        var reader = PipeReader.Create(from);
        while (true)
        {
            var read = await reader.ReadAsync(closing);
            var rest = read.Buffer;
            while (TryTake(ref rest, isFirst, out var kind, out var body))
            {
                isFirst = false;
                if (cuts(kind, body))
                    return;
            }

            foreach (var part in read.Buffer.Slice(0, rest.Start))
                await to.WriteAsync(part, closing);
            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return;
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> rest, bool isFirst, out byte kind, out ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(rest);
        (kind, body) = (None, default);
        if ((!isFirst && !reader.TryRead(out kind)) || !reader.TryReadBigEndian(out int length) || !reader.TryReadExact(length - sizeof(int), out body))
            return false;
        rest = reader.UnreadSequence;
        return true;
    }
}

namespace NxLoy.Functions.Database;

/// <summary>What a client calls one attempt at a POST, and what it asked.</summary>
/// <param name="Request">Method, path and body, byte for byte the same for the same request.</param>
public sealed record IdempotencyKey(string Key, byte[] Request);

/// <summary>Remembers for 24 hours what a POST made, so that sending it again makes nothing twice.</summary>
public sealed class IdempotencyKeys(Sealing sealing, TimeProvider time)
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>
    /// Claims the key in the transaction that makes the resource. Answers null when it is fresh (or there is none), the
    /// id made then when the same request came before, and a problem when the key was used for another request. A
    /// second request at the same time waits here for the first one's commit.
    /// </summary>
    public async Task<Result<Guid?>> ClaimAsync(Session session, string caller, IdempotencyKey? key, Guid resource, int status)
    {
        if (key is null)
        {
            return (Guid?)null;
        }

        var now = time.Now();
        var digest = sealing.Digest("idempotency", key.Request);
        var claimed = await session.QueryAsync<Guid>(
            """
            insert into idempotency_keys (business_id, caller, key, request_digest, status, resource_id, expires_at)
            values (@business, @caller, @key, @digest, @status, @resource, @expires)
            on conflict (business_id, caller, key) do update
                set request_digest = excluded.request_digest, status = excluded.status,
                    resource_id = excluded.resource_id, expires_at = excluded.expires_at
                where idempotency_keys.expires_at <= @now
            returning resource_id
            """,
            new { business = session.Business, caller, key = key.Key, digest, status, resource, expires = now + Kept, now });
        if (claimed.Count > 0)
        {
            return (Guid?)null;
        }

        var earlier = await session.FindAsync<Claim>(
            """
            select request_digest as digest, resource_id as resource
            from idempotency_keys
            where business_id = @business and caller = @caller and key = @key
            """,
            new { business = session.Business, caller, key = key.Key });
        if (earlier is null || !earlier.Digest.AsSpan().SequenceEqual(digest))
        {
            return Reused;
        }

        Telemetry.ReplayedRequests.Add(1);
        return earlier.Resource;
    }

    internal static Problem Reused { get; } = new(422, "idempotency_key_reused", "This Idempotency-Key was used for a different request.");

    private sealed record Claim
    {
        public required byte[] Digest { get; init; }
        public required Guid? Resource { get; init; }
    }
}

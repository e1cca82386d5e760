using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Http;

/// <summary>
/// Tokens found good a moment ago, so that one signature is not checked for every request of a caller. They are known by
/// their digests alone. A token's lifetime is judged each time; a key that the authority has withdrawn is good for a
/// minute more.
/// </summary>
internal sealed class KnownTokens<T> where T : class
{
    public const int Most = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Digest, Known> known = new();

    public int Count => known.Count;

    /// <summary>What the token said, or null when it must be checked (again).</summary>
    public T? Find(string token) =>
        known.TryGetValue(Digest.Of(token), out var found) && Environment.TickCount64 < found.Until && IsInTime(found) ? found.Said : null;

    /// <param name="token">As the caller sent it.</param>
    /// <param name="said">What is answered for it from now on.</param>
    /// <param name="valid">The same, checked.</param>
    /// <param name="rules">What it was checked by.</param>
    public void Add(string token, T said, JsonWebToken valid, TokenValidationParameters rules)
    {
        // Of very many callers none is forgotten for long: they only have to be checked again.
        if (known.Count >= Most)
        {
            known.Clear();
        }

        known[Digest.Of(token)] = new Known(said, valid.ValidFrom, valid.ValidTo, rules, Environment.TickCount64 + (long)Kept.TotalMilliseconds);
    }

    private static bool IsInTime(Known found)
    {
        try
        {
            Validators.ValidateLifetime(found.From, found.To, null, found.Rules);
            return true;
        }
        catch (SecurityTokenException)
        {
            return false;
        }
    }

    private sealed record Known(T Said, DateTime? From, DateTime? To, TokenValidationParameters Rules, long Until);

    private readonly record struct Digest(UInt128 High, UInt128 Low)
    {
        public static Digest Of(string token)
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(token), digest);
            return new Digest(BinaryPrimitives.ReadUInt128BigEndian(digest), BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
        }
    }
}

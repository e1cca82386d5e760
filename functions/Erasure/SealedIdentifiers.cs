using System.Text;
using System.Text.Json;

namespace NxLoy.Functions.Erasure;

/// <summary>What the scan looks for, between the erasing and the scan's end: sealed under a key that lives no longer.</summary>
internal static class SealedIdentifiers
{
    private const string Purpose = "erasure-identifiers";

    public static byte[] Seal(byte[] key, Guid erasure, Identifiers identifiers) =>
        Encoding.ASCII.GetBytes(new Sealing(key).Seal(Purpose, erasure.ToString(), JsonSerializer.SerializeToUtf8Bytes(identifiers)));

    public static Identifiers Open(byte[] key, Guid erasure, byte[] text) =>
        new Sealing(key).Open(Purpose, erasure.ToString(), Encoding.ASCII.GetString(text)) is { } plain
            ? JsonSerializer.Deserialize<Identifiers>(plain)!
            : throw new InvalidOperationException($"The identifiers of erasure {erasure} do not open under their key.");
}

using System.Text;
using FsCheck.Xunit;

namespace NxLoy.Functions.UnitTests;

public sealed class SealingTests
{
    private static readonly Sealing Ours = new([.. Enumerable.Range(0, 32).Select(n => (byte)n)]);
    private static readonly Sealing Theirs = new(new byte[32]);

    [Property]
    public bool Seal_AnyBytes_OpensToTheSame(byte[] plain, string? context) =>
        Ours.Open("cursor", context ?? "", Ours.Seal("cursor", context ?? "", plain)) is { } opened && opened.AsSpan().SequenceEqual(plain);

    [Property]
    public bool Open_AnyByteChanged_IsNull(byte[] plain, uint at, byte change)
    {
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(Ours.Seal("cursor", "context", plain));
        bytes[at % bytes.Length] ^= (byte)(change == 0 ? 1 : change);

        return Ours.Open("cursor", "context", System.Buffers.Text.Base64Url.EncodeToString(bytes)) is null;
    }

    [Property]
    public bool Open_AnyText_IsNullAndNeverThrows(string? text) => Ours.Open("cursor", "context", text ?? "") is null;

    [Fact]
    public void Open_OtherPurposeContextOrSecret_IsNull()
    {
        var text = Ours.Seal("cursor", "business 1", "page 2"u8);

        Assert.NotNull(Ours.Open("cursor", "business 1", text));
        Assert.Null(Ours.Open("idempotency", "business 1", text));
        Assert.Null(Ours.Open("cursor", "business 2", text));
        Assert.Null(Theirs.Open("cursor", "business 1", text));
    }

    [Fact]
    public void Open_CutShort_IsNull()
    {
        var text = Ours.Seal("cursor", "", "something"u8);

        Assert.All(Enumerable.Range(0, text.Length), length => Assert.Null(Ours.Open("cursor", "", text[..length])));
    }

    [Fact]
    public void Seal_Twice_DoesNotShowThatItIsTheSame() =>
        Assert.NotEqual(Ours.Seal("cursor", "", "same"u8), Ours.Seal("cursor", "", "same"u8));

    [Fact]
    public void Seal_IsSafeInAUrl_AndHidesItsPlainText()
    {
        var text = Ours.Seal("cursor", "", Encoding.UTF8.GetBytes("ann@example.com"));

        Assert.Matches("^[A-Za-z0-9_-]+$", text);
        Assert.DoesNotContain("ann@example.com", Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_IsTheSameForTheSameAndDiffersByPurposeAndSecret()
    {
        var digest = Ours.Digest("email", "ann@example.com"u8);

        Assert.Equal(32, digest.Length);
        Assert.Equal(digest, Ours.Digest("email", "ann@example.com"u8));
        Assert.NotEqual(digest, Ours.Digest("phone", "ann@example.com"u8));
        Assert.NotEqual(digest, Theirs.Digest("email", "ann@example.com"u8));
    }
}

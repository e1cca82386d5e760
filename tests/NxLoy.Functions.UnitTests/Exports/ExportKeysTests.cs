using System.Security.Cryptography;
using NxLoy.Functions.Exports;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.UnitTests.Exports;

public sealed class ExportKeysTests
{
    private static readonly ExportKeys Keys = new(new BlobKey(BlobKey.New()));

    [Fact]
    public void WrappedKey_OpensForItsExportAlone()
    {
        var export = Guid.NewGuid();
        var wrapped = Keys.New(export);

        var content = Keys.Open(export, wrapped).WrapKey(BlobKey.Algorithm, new byte[32]);

        Assert.Equal(new byte[32], Keys.Open(export, wrapped).UnwrapKey(BlobKey.Algorithm, content));
        Assert.ThrowsAny<CryptographicException>(() => Keys.Open(Guid.NewGuid(), wrapped));
        Assert.ThrowsAny<CryptographicException>(() => new ExportKeys(new BlobKey(BlobKey.New())).Open(export, wrapped));
        Assert.NotEqual(wrapped, Keys.New(export));
    }

    [Fact]
    public async Task ContentKey_ThatWasChangedOrIsAnothers_DoesNotOpen()
    {
        var key = new BlobKey(BlobKey.New());
        var wrapped = await key.WrapKeyAsync(BlobKey.Algorithm, new byte[32]);
        wrapped[^1] ^= 1;

        await Assert.ThrowsAnyAsync<CryptographicException>(() => key.UnwrapKeyAsync(BlobKey.Algorithm, wrapped));
        Assert.ThrowsAny<CryptographicException>(() => key.Unwrap(new byte[5]));
        Assert.Equal("export", key.KeyId);
    }

    [Fact]
    public void WithoutTheSetting_ThereIsNoKey() =>
        Assert.Throws<InvalidOperationException>(() => new ExportKeys(null).New(Guid.NewGuid()));
}

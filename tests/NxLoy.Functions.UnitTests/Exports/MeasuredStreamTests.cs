using NxLoy.Functions.Exports;

namespace NxLoy.Functions.UnitTests.Exports;

public sealed class MeasuredStreamTests
{
    [Fact]
    public async Task Writes_ArePassedOnAndCounted()
    {
        var target = new MemoryStream();
        await using var measured = new MeasuredStream(target);

        measured.Write([1, 2, 3], 1, 2);
        await measured.WriteAsync(new byte[] { 4 }.AsMemory());
        measured.Flush();
        await measured.FlushAsync();

        Assert.Equal(3, measured.Written);
        Assert.Equal([2, 3, 4], target.ToArray());
    }

    [Fact]
    public void NothingElse_CanBeDoneWithIt()
    {
        using var measured = new MeasuredStream(new MemoryStream());

        Assert.Equal((false, false, true), (measured.CanRead, measured.CanSeek, measured.CanWrite));
        Assert.All(
            (Action[])[() => _ = measured.Length, () => _ = measured.Position, () => measured.Position = 0, () => _ = measured.Read(new byte[1], 0, 1), () => measured.Seek(0, SeekOrigin.Begin), () => measured.SetLength(0)],
            act => Assert.Throws<NotSupportedException>(act));
    }
}

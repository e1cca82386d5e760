using NxLoy.Functions.LocalStack.Postgres;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class PidFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string Path => System.IO.Path.Combine(folder, "some.pid");

    [Fact]
    public void Alive_OfAProcessThatRuns_IsItsNumber()
    {
        var file = new PidFile(Path);
        file.Write(Environment.ProcessId);

        Assert.Equal(Environment.ProcessId, file.Alive());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("x\ny\n")]
    [InlineData("999999999\n1\n")]
    public void Alive_OfNoProcess_IsNull(string text)
    {
        File.WriteAllText(Path, text);

        Assert.Null(new PidFile(Path).Alive());
    }

    [Fact]
    public void Alive_OfAProcessThatGotTheNumberLater_IsNull()
    {
        File.WriteAllText(Path, $"{Environment.ProcessId}\n{ProcessTable.StartOf(Environment.ProcessId) - 60_000}\n");

        Assert.Null(new PidFile(Path).Alive());
    }

    [Fact]
    public void Write_IsForTheOwnersEyes()
    {
        if (OperatingSystem.IsWindows())
            return;
        new PidFile(Path).Write(Environment.ProcessId);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void Postmaster_WhoseNumberAnotherProgramHas_IsNone()
    {
        File.WriteAllText(
            Postmaster.PidFile(folder),
            $"{Environment.ProcessId}\n{folder}\n{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}\n54320\n\n127.0.0.1\n");

        Assert.Null(Postmaster.Of(folder));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

namespace NxLoy.Functions.IntegrationTests.LocalStack;

[Collection(LocalStackFixture.OneAfterTheOther)]
public sealed class CommandLineTests(LocalStackFixture stack) : IClassFixture<LocalStackFixture>
{
    [Theory]
    [InlineData("\"--bogus\" is not understood", "--bogus")]
    [InlineData("\"frobnicate\" is not understood", "frobnicate")]
    [InlineData("\"--reset\" is not understood", "--info", "--reset")]
    [InlineData("--port needs a value", "--port")]
    [InlineData("--port is a port, not \"many\"", "--port", "many")]
    [InlineData("--role is missing", "token")]
    [InlineData("there is no role \"boss\"", "token", "--role", "boss", "--business", "x")]
    [InlineData("a customer's token needs --subject", "token", "--role", "customer", "--business", "x")]
    [InlineData("\"x\" is no id", "token", "--role", "owner", "--business", "x")]
    [InlineData("\"soon\" is no time forward", "advance", "soon")]
    public async Task WhatIsNotUnderstood_IsSaid_AndNothingIsDone(string message, params string[] arguments)
    {
        var ended = (await Launcher.RunAsync(stack.Data, arguments)).Expect(2);

        Assert.Contains(message, ended.Errors, StringComparison.Ordinal);
        Assert.Contains("./run --help explains", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(stack.Data, "*.pid"));
    }

    [Fact]
    public async Task Help_NamesEveryCommand()
    {
        var help = (await Launcher.RunAsync(stack.Data, "--help")).Expect(0).Output;

        Assert.All(
            ["--reset", "--demo", "--detach", "--azure", "--stop", "--info", "token --role", "advance 30d", "events"],
            word => Assert.Contains(word, help, StringComparison.Ordinal));
    }
}

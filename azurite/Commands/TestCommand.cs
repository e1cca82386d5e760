using NxLoy.Functions.LocalStack.Testing;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./test</c>: reads the command line.</summary>
internal static class TestCommand
{
    /// <returns>The exit code.</returns>
    public static async Task<int> ExecuteAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var line = new CommandLine("./test", arguments);
        var help = line.Flag("--help", "-h");
        var options = new TestOptions(line.Flag("--quick"), line.Value("--filter"));
        line.Done();
        if (!help)
            return await new TestRun(Checkout.Find(), options, new Narrator(Console.Out)).RunAsync(cancellationToken);

        Console.WriteLine(TestOptions.Help);
        return 0;
    }
}

using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run --stop</c>: ends what runs on this data folder, whoever started it.</summary>
internal static class StopCommand
{
    public static async Task<int> ExecuteAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        var narrator = new Narrator(Console.Out);
        using var turn = await Turn.TakeAsync(checkout, narrator, cancellationToken);
        await new Stack(checkout, Settings.Of(checkout), Secrets.Of(checkout, narrator), narrator).StopAsync();
        narrator.Say("Nothing runs.");
        return 0;
    }
}

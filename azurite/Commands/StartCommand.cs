using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run</c> itself: starts everything, shows the app's log, stops everything.</summary>
internal static class StartCommand
{
    public static async Task<int> ExecuteAsync(StartOptions options, Checkout checkout, CancellationToken cancellationToken)
    {
        if (options.Flavour == Flavour.Azure) // before anything that runs is disturbed
            await CoreTools.RequireAsync(cancellationToken);

        var narrator = new Narrator(Console.Out);
        using var turn = await Turn.TakeAsync(checkout, narrator, cancellationToken);
        var settings = Settings.Of(checkout);
        var secrets = Secrets.Of(checkout, narrator);
        var stack = new Stack(checkout, settings, secrets, narrator);
        var staysUp = false;
        try
        {
            await stack.StopAsync(); // what an earlier launcher left, or what one that was killed could not stop
            if (options.Reset)
                await stack.EmptyAsync();

            var state = await stack.StartAsync(options, cancellationToken);
            var tokens = new DevelopmentTokens(secrets.SigningKey);
            if (options.Demo)
                await Demo.FillAsync(state, tokens, narrator, cancellationToken);
            narrator.Say(Welcome.Text(state, tokens));
            if (options.Detach)
            {
                staysUp = true;
                narrator.Say($"The app's log is {stack.App.LogFile}. ./run --stop ends it.");
                return 0;
            }

            narrator.Say("The app's log follows. Ctrl-C stops everything.");
            return await FollowAsync(stack, narrator, cancellationToken);
        }
        finally
        {
            if (!staysUp)
                await stack.StopAsync();
        }
    }

    private static async Task<int> FollowAsync(Stack stack, Narrator narrator, CancellationToken cancellationToken)
    {
        var log = new LogFollower(stack.App.LogFile, Console.Out);
        var reported = new HashSet<string>();
        while (!cancellationToken.IsCancellationRequested)
        {
            var alive = stack.App.IsAlive;
            await log.CatchUpAsync();
            if (!alive)
            {
                narrator.Say($"The app has ended by itself; its log is {stack.App.LogFile}.");
                return 1;
            }

            foreach (var (name, file) in stack.Missing().Where(part => reported.Add(part.Name)))
                narrator.Say($"{name} has ended by itself; its log is {file}. The next ./run mends it.");
            await Task.Delay(250, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return 0;
    }
}

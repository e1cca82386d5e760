namespace NxLoy.Functions.LocalStack.Running;

/// <summary>What <c>./run --demo</c> adds once the app answers: believable customers and a year of transactions for each business.</summary>
internal static class Demo
{
    /// <summary>False until there is something that fills a business: then --demo is refused instead of doing nothing.</summary>
    public static bool Exists => false;

    public static Task FillAsync(StackState state, DevelopmentTokens tokens, Narrator narrator, CancellationToken cancellationToken)
    {
        _ = (state, tokens, narrator, cancellationToken);
        throw new LauncherException("--demo: there is nothing yet that fills the businesses. Start without it.");
    }
}

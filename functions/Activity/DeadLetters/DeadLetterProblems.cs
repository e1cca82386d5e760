namespace NxLoy.Functions.Activity;

internal static class DeadLetterProblems
{
    public static Problem Settled { get; } = new(409, "dead_letter_settled", "This dead letter is over: what it said is no longer kept.");

    public static Problem Unreadable { get; } = new(409, "dead_letter_unreadable", "There is no event in it that could be tried again.");
}

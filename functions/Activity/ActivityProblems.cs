using System.Globalization;

namespace NxLoy.Functions.Activity;

internal static class ActivityProblems
{
    public static Problem TooManyEvents { get; } = new(413, "too_many_events", "There are more events than one request takes.")
    {
        Detail = string.Create(CultureInfo.InvariantCulture, $"At most {TakeInEvents.MaxEvents}: send the rest in another request."),
    };

    /// <summary>Answered by no request: the batch is done once more from the start.</summary>
    public static Problem TakenMeanwhile { get; } = new(409, "changed_meanwhile", "Another batch recorded one of these at the same moment.");

    public static Problem NotAnEvent { get; } = Problem.Invalid(new Fault("", "wrong_type", "One event is a JSON object, a batch a list of them."));
}

namespace NxLoy.Functions.Erasure;

internal static class ErasureProblems
{
    public static Problem NotPending(ErasureStatus status) => new(409, "erasure_not_pending", "Only an erasure that waits for approval can be approved.")
    {
        Detail = $"It is {status}.",
    };

    public static Problem Ended(ErasureStatus status) => new(409, "erasure_ended", "This erasure can no longer be stopped.")
    {
        Detail = $"It is {status}.",
    };

    public static Problem NotYours { get; } = new(403, "not_requester", "What the customer asked for only the customer or compliance takes back.");

    public static Problem AskedByOthers { get; } = new(403, "not_requester", "What the customer asked for only the customer or compliance takes back.")
    {
        Detail = "The business asked for this erasure: object to it there.",
    };

    public static Problem NoCertificateYet(ErasureStatus status) => new(409, "erasure_not_completed", "The certificate is signed when the erasure is completed.")
    {
        Detail = $"It is {status}.",
    };

    public static Problem HoldReleased { get; } = new(409, "hold_released", "This hold has been released before.");

    public static Fault UntilHasPassed { get; } = new("/until", "in_the_past", "This instant has passed already.");
}

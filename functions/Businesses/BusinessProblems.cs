namespace NxLoy.Functions.Businesses;

public static class BusinessProblems
{
    public static Problem Closed { get; } = new(409, "business_closed", "The business is closed and can only be read.");
}

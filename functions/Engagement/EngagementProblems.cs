using System.Globalization;

namespace NxLoy.Functions.Engagement;

internal static class EngagementProblems
{
    public static Problem TooManyTags { get; } = new(409, "too_many_tags", "A customer has only so many tags.")
    {
        Detail = string.Create(CultureInfo.InvariantCulture, $"At most {TagRules.PerCustomer}: take one off first."),
    };
}

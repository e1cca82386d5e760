using System.Text;

namespace NxLoy.Functions.Engagement;

/// <summary>What may be a tag.</summary>
public static class TagRules
{
    public const int PerCustomer = 250;
    public const int Length = 50;

    /// <summary>The tag trimmed, or the fault in it: 1-50 characters (Unicode scalars), none of them a control character.</summary>
    public static Result<string> Read(string text)
    {
        if (text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.IsControl(rune)))
        {
            return Refused("invalid_characters", "A tag holds no control characters.");
        }

        var tag = text.Trim();
        return tag.EnumerateRunes().Count() switch
        {
            0 => Refused("required", "A tag has at least one character."),
            > Length => Refused("too_long", "At most 50 characters."),
            _ => tag,
        };
    }

    private static Problem Refused(string code, string detail) => Problem.Invalid(new Fault("tag", code, detail));
}

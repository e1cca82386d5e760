using System.Text;
using System.Text.RegularExpressions;

namespace NxLoy.Functions.Engagement;

/// <summary>What may be a tag.</summary>
public static partial class TagRules
{
    public const int PerCustomer = 250;
    public const int Length = 50;

    /// <summary>
    /// The tag trimmed, or the fault in it: 1-50 characters (Unicode scalars), none of them a control character or a slash,
    /// nor what looks like a percent-encoded byte. A tag is a segment of a path, and the servers on the way to it, of which
    /// Azure has more than one, agree neither on what %2F is nor on bytes that are no UTF-8.
    /// </summary>
    public static Result<string> Read(string text)
    {
        if (text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.IsControl(rune)) || EncodedOrSlash().IsMatch(text))
        {
            return Refused("invalid_characters", "A tag holds no control characters, no slash, and no percent sign before two hexadecimal digits.");
        }

        var tag = text.Trim();
        return tag.EnumerateRunes().Count() switch
        {
            0 => Refused("required", "A tag has at least one character."),
            > Length => Refused("too_long", "At most 50 characters."),
            _ => tag,
        };
    }

    [GeneratedRegex("/|%[0-9A-Fa-f]{2}")]
    private static partial Regex EncodedOrSlash();

    private static Problem Refused(string code, string detail) => Problem.Invalid(new Fault("tag", code, detail));
}

using System.Text.RegularExpressions;

namespace NxLoy.Functions.Customers;

/// <summary>What a client typed to find somebody, in the forms that it is compared in.</summary>
/// <param name="Text">Without case and accents, as PostgreSQL's function fold makes it.</param>
/// <param name="Phone">E.164, if the whole of it is a phone number.</param>
/// <param name="PhonePrefix">What E.164 begins with if the term is the beginning of it.</param>
/// <param name="Digits">
/// If it looks like part of a phone number: its digits, without a trunk prefix, where they are not the text itself. No other
/// text is looked for within texts then where it has brackets: only phones are written so.
/// </param>
internal sealed partial record SearchTerm(string Text, string? Phone, string? PhonePrefix, string? Digits)
{
    /// <summary>Letters and digits from which on a term is looked for within texts.</summary>
    public const int SubstringLength = 3;

    /// <summary>
    /// Found by exact value and prefix only: too short to be looked for within texts, or a phone from its country code on,
    /// whose digits nearly every phone of the country shares in parts.
    /// </summary>
    public bool IsBeginning => Text.StartsWith('+') && PhonePrefix is not null || Text.Count(char.IsLetterOrDigit) < SubstringLength;

    /// <summary>What is looked for within texts beside the digits.</summary>
    public string? Within => Digits is not null && Text.Contains('(', StringComparison.Ordinal) ? null : Text;

    /// <param name="typed">The client's text.</param>
    /// <param name="folded">The same, folded.</param>
    /// <param name="region">The business's, ISO 3166 alpha-2.</param>
    public static SearchTerm From(string typed, string folded, string region)
    {
        var text = WhiteSpace().Replace(folded, " ").Trim();
        if (!PhoneLike().IsMatch(typed))
        {
            return new SearchTerm(text, null, null, null);
        }

        var digits = string.Concat(typed.Where(char.IsAsciiDigit)).TrimStart('0');
        return new SearchTerm(
            text, CustomerRules.E164(typed, region), digits.Length > 0 ? "+" + digits : null, digits.Length >= SubstringLength && digits != text ? digits : null);
    }

    /// <summary>Comes after every text that begins with the term: no text holds the last code point.</summary>
    public static string? End(string? term) => term is null ? null : term + "\U0010FFFF";

    /// <summary>The LIKE pattern of texts that contain the term.</summary>
    public static string? Containing(string? term) => term is null ? null : $"%{Special().Replace(term, @"\$0")}%";

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"^[+0-9 ()./\-\u00a0]+\z")]
    private static partial Regex PhoneLike();

    [GeneratedRegex(@"[\\%_]")]
    private static partial Regex Special();
}

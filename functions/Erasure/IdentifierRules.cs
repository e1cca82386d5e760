using System.Text.RegularExpressions;
using PhoneNumbers;

namespace NxLoy.Functions.Erasure;

/// <summary>By what an erased person could still be found, and how a text is searched for it.</summary>
public static partial class IdentifierRules
{
    /// <summary>What takes the place of an identifier in somebody else's text.</summary>
    public const string Replacement = "[erased]";

    // A shorter one (a customer number 17) stands in texts that have nothing to do with the person.
    private const int ShortestEverywhere = 6;

    /// <summary>
    /// The identifiers that are looked for everywhere: email, phone in E.164 and as written in its country, Telegram id,
    /// external id and referral code. Those shorter than 6 characters, and the full name, only in rows about the person.
    /// </summary>
    public static Identifiers Of(Known known)
    {
        var all = new[] { known.Email, known.TelegramChatId, known.ExternalId, known.ReferralCode }.Concat(PhonesOf(known.Phone)).OfType<string>().Distinct().ToList();
        var name = string.Join(' ', new[] { known.FirstName, known.LastName }.OfType<string>());
        return new Identifiers(
            [.. all.Where(one => one.Length >= ShortestEverywhere)],
            [.. all.Where(one => one.Length < ShortestEverywhere), .. known is { FirstName: not null, LastName: not null } ? [name] : (string[])[]]);
    }

    /// <summary>A PostgreSQL regular expression that finds any of them, not as a part of a longer word or number; null for none.</summary>
    public static string? Pattern(IReadOnlyList<string> identifiers) =>
        identifiers.Count == 0 ? null : $"(?:{string.Join('|', identifiers.OrderByDescending(one => one.Length).Select(Bounded))})";

    /// <summary>The same as LIKE patterns, which a text that matches matches too: they are quicker.</summary>
    public static string[] Likes(IEnumerable<string> identifiers) =>
        [.. identifiers.Select(one => $"%{one.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%")];

    /// <summary>The identifiers as they stand inside a JSON text.</summary>
    public static IReadOnlyList<string> InJson(IReadOnlyList<string> identifiers) =>
        [.. identifiers.Select(one => one.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))];

    private static IEnumerable<string?> PhonesOf(string? phone)
    {
        if (phone is null)
        {
            return [];
        }

        var numbers = PhoneNumberUtil.GetInstance();
        var number = numbers.Parse(phone, null);
        var national = numbers.Format(number, PhoneNumberFormat.NATIONAL);
        return [phone, phone[1..], national, string.Concat(national.Where(char.IsAsciiDigit)), numbers.Format(number, PhoneNumberFormat.INTERNATIONAL)];
    }

    private static string Bounded(string identifier) =>
        $"{(char.IsLetterOrDigit(identifier[0]) ? "(?<![[:alnum:]])" : "")}{Special().Replace(identifier, @"\$0")}{(char.IsLetterOrDigit(identifier[^1]) ? "(?![[:alnum:]])" : "")}";

    [GeneratedRegex(@"[\\^$.|?*+()\[\]{}]")]
    private static partial Regex Special();

    /// <summary>What a customer was known by.</summary>
    public sealed record Known
    {
        public required string Email { get; init; }
        public required string? Phone { get; init; }
        public required string? FirstName { get; init; }
        public required string? LastName { get; init; }
        public required string? TelegramChatId { get; init; }
        public required string? ExternalId { get; init; }
        public required string ReferralCode { get; init; }
    }
}

/// <summary>What a scan looks for.</summary>
/// <param name="Everywhere">In every row of the business.</param>
/// <param name="InOwnRows">Besides, in rows that point to the customer.</param>
public sealed record Identifiers(IReadOnlyList<string> Everywhere, IReadOnlyList<string> InOwnRows);

using System.Text.RegularExpressions;
using PhoneNumbers;

namespace NxLoy.Functions.Erasure;

/// <summary>By what an erased person could still be found, and how a text is searched for it.</summary>
public static partial class IdentifierRules
{
    /// <summary>What takes the place of an identifier in a text.</summary>
    public const string Replacement = "[erased]";

    // A shorter one (a customer number 17) stands in texts that have nothing to do with the person.
    private const int ShortestInText = 6;

    // A code of letters and digits of this length is nobody else's by accident; a bare number may be any number.
    private const int ShortestCode = 8;

    /// <summary>
    /// The identifiers: email, phone in E.164 and as it is written in its country, Telegram id, external id, referral code,
    /// and the full name. docs/adr/0009 says where each is looked for, and why.
    /// </summary>
    public static Identifiers Of(Known known)
    {
        string[] codes = [.. new[] { known.TelegramChatId, known.ExternalId, known.ReferralCode }.OfType<string>()];
        string[] certain = [known.Email, .. Written(known.Phone), .. codes.Where(IsCode)];
        string[] all = [.. certain.Concat(Digits(known.Phone)).Concat(codes).Distinct()];
        return new Identifiers
        {
            InText = [.. all.Where(one => one.Length >= ShortestInText)],
            Anywhere = [.. certain.Where(one => one.Length >= ShortestInText).Distinct()],
            AsAWhole = [.. all.Where(one => one.Length < ShortestInText)],
            FullName = known is { FirstName: { } first, LastName: { } last } ? $"{first} {last}" : null,
            Email = known.Email.Trim().ToLowerInvariant(),
            Phone = known.Phone,
            ExternalId = known.ExternalId,
        };
    }

    /// <summary>A PostgreSQL regular expression that finds any of them, not as a part of a longer word or number; null for none.</summary>
    public static string? Pattern(IReadOnlyCollection<string> identifiers) =>
        identifiers.Count == 0 ? null : $"(?:{string.Join('|', identifiers.OrderByDescending(one => one.Length).Select(Bounded))})";

    /// <summary>The same as LIKE patterns, which a text that matches matches too: they are quicker.</summary>
    public static string[] Likes(IEnumerable<string> identifiers) =>
        [.. identifiers.Select(one => $"%{one.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%")];

    /// <summary>The identifiers as they stand inside a JSON text.</summary>
    public static IEnumerable<string> InJson(IEnumerable<string> identifiers) =>
        identifiers.Select(one => one.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));

    /// <summary>Finds any of them that may stand in a text, be it as it is or as JSON writes it; null for none.</summary>
    public static string? PatternInEvents(Identifiers identifiers) => Pattern([.. identifiers.InText.Concat(InJson(identifiers.InText)).Distinct()]);

    private static bool IsCode(string code) => code.Length >= ShortestCode && code.Any(char.IsLetter) && code.Any(char.IsDigit);

    private static string[] Written(string? phone)
    {
        if (phone is null)
        {
            return [];
        }

        var (numbers, number) = Parsed(phone);
        return [phone, .. new[] { numbers.Format(number, PhoneNumberFormat.NATIONAL), numbers.Format(number, PhoneNumberFormat.INTERNATIONAL) }.Where(form => !form.All(char.IsAsciiDigit))];
    }

    private static string[] Digits(string? phone)
    {
        if (phone is null)
        {
            return [];
        }

        var (numbers, number) = Parsed(phone);
        return [phone[1..], string.Concat(numbers.Format(number, PhoneNumberFormat.NATIONAL).Where(char.IsAsciiDigit))];
    }

    private static (PhoneNumberUtil Numbers, PhoneNumber Number) Parsed(string phone)
    {
        var numbers = PhoneNumberUtil.GetInstance();
        return (numbers, numbers.Parse(phone, null));
    }

    // Letters and digits of ASCII alone part words here: in Japanese, say, no space stands between an address and the rest.
    private static string Bounded(string identifier) =>
        $"{(char.IsLetterOrDigit(identifier[0]) ? "(?<![A-Za-z0-9])" : "")}{Special().Replace(identifier, @"\$0")}{(char.IsLetterOrDigit(identifier[^1]) ? "(?![A-Za-z0-9])" : "")}";

    [GeneratedRegex(@"[\\^$.|?*+()\[\]{}]")]
    private static partial Regex Special();

    /// <summary>What a customer was known by.</summary>
    public sealed record Known
    {
        public required string Email { get; init; }

        /// <summary>E.164.</summary>
        public required string? Phone { get; init; }

        public required string? FirstName { get; init; }
        public required string? LastName { get; init; }
        public required string? TelegramChatId { get; init; }
        public required string? ExternalId { get; init; }
        public required string ReferralCode { get; init; }
    }
}

/// <summary>What a scan looks for.</summary>
public sealed record Identifiers
{
    /// <summary>In anybody's free text, and in everything about the customer.</summary>
    public required IReadOnlyList<string> InText { get; init; }

    /// <summary>Those of them that cannot be mistaken: besides, in all that is no free text, keys and settings among it.</summary>
    public required IReadOnlyList<string> Anywhere { get; init; }

    /// <summary>Too short for that: where one is all that stands in a field about the customer.</summary>
    public required IReadOnlyList<string> AsAWhole { get; init; }

    /// <summary>In everything about the customer; null where only one name was known.</summary>
    public required string? FullName { get; init; }

    /// <summary>By this, in lower case, events name the customer. Null where it was sealed before events were kept.</summary>
    public string? Email { get; init; }

    /// <summary>E.164.</summary>
    public string? Phone { get; init; }

    public string? ExternalId { get; init; }
}

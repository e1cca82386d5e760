using System.Text.RegularExpressions;
using PhoneNumbers;

namespace NxLoy.Functions.Customers;

/// <summary>What may stand in a profile.</summary>
public static partial class CustomerRules
{
    public const int EmailLength = 255;
    public const int PhoneLength = 50;
    public const int NameLength = 100;
    public const int LanguageLength = 10;
    public const int ExternalIdLength = 255;
    public const int TelegramLength = 255;
    public const string DefaultLanguage = "EN";

    /// <summary>
    /// The shape of the specification's valid_email, with the letters of every script (RFC 6531) and what else RFC 5322
    /// lets stand in a local part: o'brien@example.com and stanisław.wójcik@example.pl are people too (docs/adr/0006).
    /// </summary>
    public static bool IsEmail(string email) => Email().IsMatch(email);

    /// <summary>
    /// A phone in E.164, or null where the phone-number library calls it impossible. A number without a country code is
    /// read as one of <paramref name="region"/> (ISO 3166 alpha-2).
    /// </summary>
    public static string? E164(string phone, string region)
    {
        var numbers = PhoneNumberUtil.GetInstance();
        try
        {
            var number = numbers.Parse(phone, region);
            return numbers.IsPossibleNumber(number) ? numbers.Format(number, PhoneNumberFormat.E164) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    /// <summary>A language tag such as <c>EN</c> or <c>pt-BR</c>.</summary>
    public static bool IsLanguage(string language) => Language().IsMatch(language);

    [GeneratedRegex(@"^[\p{L}\p{M}\p{Nd}!#$%&'*+/=?^_`{|}~.-]+@[\p{L}\p{M}\p{Nd}.-]+\.[\p{L}\p{M}]{2,}\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?\z")]
    private static partial Regex Language();
}

using NxLoy.Functions.Businesses;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>What a client may write of a profile: the body of PUT, and what PATCH merges into.</summary>
public sealed record CustomerFields
{
    /// <summary>Needed; at most 255 characters; unique without case among the business's customers.</summary>
    public required string Email { get; init; }

    /// <summary>E.164, or as written in the business's region; kept and answered as E.164; unique.</summary>
    public string? Phone { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public DateOnly? DateOfBirth { get; init; }

    /// <summary>A language tag; EN when none is given.</summary>
    public string? PreferredLanguage { get; init; }

    public string? TelegramChatId { get; init; }

    /// <summary>The business's own number for the customer; unique.</summary>
    public string? ExternalId { get; init; }

    public static Draft<CustomerFields> From(Fields fields) => fields.Draft(Read(fields));

    /// <summary>What is wrong with the fields at this business: a phone or a birthday that cannot be.</summary>
    internal IEnumerable<Fault> FaultsAt(WritableBusiness business, DateTimeOffset now)
    {
        if (Phone is not null && CustomerRules.E164(Phone, business.DefaultRegion) is null)
        {
            yield return new Fault("/phone", "invalid_phone", "No such phone number can exist; write it with + and the country code.");
        }

        if (DateOfBirth > BusinessCalendar.Today(now, business.TimeZone))
        {
            yield return new Fault("/dateOfBirth", "in_the_future", "This date has not come yet.");
        }
    }

    /// <summary>The fields as they are kept: the phone in E.164.</summary>
    /// <param name="region">ISO 3166 alpha-2, for a number without a country code.</param>
    internal CustomerFields Normalize(string region) => Phone is null ? this : this with { Phone = CustomerRules.E164(Phone, region) };

    internal static CustomerFields Read(Fields fields)
    {
        var read = new CustomerFields
        {
            Email = fields.Text("email", CustomerRules.EmailLength, required: true) ?? "",
            Phone = fields.Text("phone", CustomerRules.PhoneLength),
            FirstName = fields.Text("firstName", CustomerRules.NameLength),
            LastName = fields.Text("lastName", CustomerRules.NameLength),
            DateOfBirth = fields.Date("dateOfBirth"),
            PreferredLanguage = fields.Text("preferredLanguage", CustomerRules.LanguageLength),
            TelegramChatId = fields.Text("telegramChatId", CustomerRules.TelegramLength),
            ExternalId = fields.Text("externalId", CustomerRules.ExternalIdLength),
        };
        if (read.Email.Length is > 0 and <= CustomerRules.EmailLength && !CustomerRules.IsEmail(read.Email))
        {
            fields.Fault("email", "invalid_email", "This is no email address.");
        }

        if (read.PreferredLanguage is { Length: <= CustomerRules.LanguageLength } language && !CustomerRules.IsLanguage(language))
        {
            fields.Fault("preferredLanguage", "invalid_language", "This must be a language tag such as EN or pt-BR.");
        }

        return read;
    }
}

using System.Text.RegularExpressions;
using PhoneNumbers;

namespace NxLoy.Functions.Activity;

/// <summary>Reads the data of businesses.business.changed.</summary>
internal static partial class BusinessParser
{
    private enum Status
    {
        ACTIVE,
        CLOSED,
    }

    /// <summary>What is told; worth nothing when <paramref name="data"/> has faults afterwards.</summary>
    public static ToldBusiness Parse(EventFields data) => new(
        data.Id("businessId") ?? Guid.Empty,
        new BusinessFact
        {
            Name = data.Text("name") ?? "",
            IsClosed = data.Choice<Status>("status") == Status.CLOSED,
            TimeZone = Known(data, "timeZone", "an IANA time zone such as Europe/Lisbon", BusinessCalendar.IsZone),
            Currency = Known(data, "currency", "an ISO 4217 currency such as EUR", Currency().IsMatch),
            DefaultRegion = Known(data, "defaultRegion", "an ISO 3166 region with phones such as PT", PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains),
            OccurredAt = data.Time("occurredAt") ?? default,
        });

    private static string Known(EventFields data, string name, string what, Func<string, bool> isKnown)
    {
        var text = data.Text(name);
        if (text is not null && !isKnown(text))
        {
            data.Fault(name, $"must be {what}");
        }

        return text ?? "";
    }

    [GeneratedRegex(@"^[A-Z]{3}\z")]
    private static partial Regex Currency();
}

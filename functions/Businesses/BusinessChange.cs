namespace NxLoy.Functions.Businesses;

/// <summary>What the module that keeps businesses says of one of them; all of it holds from an instant on.</summary>
/// <param name="Name">1-255 characters.</param>
/// <param name="IsClosed">It can only be read from then on.</param>
/// <param name="TimeZone">IANA zone.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="DefaultRegion">ISO 3166 alpha-2.</param>
/// <param name="OccurredAt">Since when.</param>
public sealed record BusinessChange(string Name, bool IsClosed, string TimeZone, string Currency, string DefaultRegion, DateTimeOffset OccurredAt);

/// <summary>What became of a change.</summary>
public enum BusinessChangeOutcome
{
    Applied,

    /// <summary>Something told before holds since later, or since the same instant.</summary>
    Superseded,

    /// <summary>The business has transactions, so its currency stays.</summary>
    CurrencyFixed,
}

/// <param name="Outcomes">One a change, in the order given.</param>
/// <param name="HasMoved">The business was there before and is in another time zone now.</param>
public sealed record ChangedBusiness(IReadOnlyList<BusinessChangeOutcome> Outcomes, bool HasMoved);

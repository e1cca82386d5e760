namespace NxLoy.Functions.Customers;

/// <summary>The parameters of the statements that find customers, by name; each takes those it names.</summary>
internal sealed class CustomerArguments(CustomerCriteria criteria, CustomerPlace? after, int rows)
{
    public Guid Business => criteria.Business;
    public string? Tier => criteria.Tier;
    public string? Tag => criteria.Tag;
    public DateTimeOffset? CreatedFrom => criteria.CreatedFrom;
    public DateTimeOffset? CreatedBefore => criteria.CreatedBefore;
    public DateTimeOffset? VisitedFrom => criteria.VisitedFrom;
    public DateTimeOffset? VisitedBefore => criteria.VisitedBefore;

    public int Rows => rows;
    public int Class => after?.Class ?? 0;
    public string? Key => after?.Key;
    public Guid? Id => after?.Id;
    public Guid FirstId { get; } = Guid.Empty;
    public Guid LastId { get; } = Guid.AllBitsSet;

    public SearchTerm? Search { private get; init; }
    public string? Term => Search?.Text;
    public string? TermEnd => SearchTerm.End(Search?.Text);
    public string? Phone => Search?.Phone;
    public string? PhonePrefix => Search?.PhonePrefix;
    public string? PhonePrefixEnd => SearchTerm.End(Search?.PhonePrefix);
    public string? Pattern => SearchTerm.Containing(Search?.Within);
    public int Most { get; } = FewCustomers.Most + 1;
    public string? DigitsPattern => SearchTerm.Containing(Search?.Digits);
}

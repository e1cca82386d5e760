namespace NxLoy.Functions.Exports;

/// <summary>
/// What is in a package and what is not. Whoever adds a table that points to a customer adds it here, as a section or as
/// left out with the reason; a test compares with the schema. Other people are left out or reduced to a role.
/// </summary>
internal static class ExportSections
{
    /// <summary>The order is the package's.</summary>
    public static IReadOnlyList<ExportSection> All { get; } =
        [.. ProfileSections.All, .. LoyaltySections.All, .. PurchaseSections.All, .. EngagementSections.All, .. RecordSections.All];

    /// <summary>Tables that point to customers and are no section, and why.</summary>
    public static IReadOnlyDictionary<string, string> LeftOut { get; } = new Dictionary<string, string>
    {
        ["people"] = "An id alone, which ties the customer to other businesses: each of those answers for itself.",
        ["outbox"] = "Messages on their way to other systems: ids and facts that stand in the sections themselves.",
        ["inbox"] = "Numbers of messages that came in; what they said stands in the sections.",
        ["dead_letters"] = "Messages from other systems that could not be understood or used; they are emptied two weeks after they were given up.",
        ["legal_holds"] = "Grounds of the business's own legal claims, which telling them could spoil.",
        ["erasure_ledger"] = "Proof that an erasure was carried out: digests that nobody can read anything from.",
        ["customer_data_export_sections"] = "How far the packing of an export is: names of sections and numbers of rows.",
    };

    public static IReadOnlyList<ExportSection> Of(ExportType type) => type switch
    {
        ExportType.GDPR_FULL => All,
        ExportType.GDPR_BASIC => [.. All.Where(section => section.Name is "profile" or "transactions" or "transaction-items")],
        _ => [AnalyticsSection.Groups],
    };

    public static ExportSection Find(string name) => name == AnalyticsSection.Groups.Name ? AnalyticsSection.Groups : All.First(section => section.Name == name);
}

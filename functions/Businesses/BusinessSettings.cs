using NxLoy.Functions.Http;

namespace NxLoy.Functions.Businesses;

/// <summary>What an owner decides about the own business: the body of PUT.</summary>
public sealed record BusinessSettings
{
    private const int ContactLength = 1000;
    private const int MaxPurposes = 50;
    private const int PurposeLength = 500;
    private const decimal MaxCost = 1_000_000_000;
    private const int CostDecimals = 4;

    /// <summary>opt_out: marketing is allowed until refused; opt_in: refused until allowed. Needed.</summary>
    public required string ConsentMode { get; init; }

    /// <summary>Share of revenue that is margin, 0-1. Needed.</summary>
    public required decimal DefaultMargin { get; init; }

    /// <summary>Cost of winning one customer, in the business's currency, 0 or more. Needed.</summary>
    public required decimal AcquisitionCost { get; init; }

    /// <summary>Months that a tier is kept after its figures fell below, 0-24. Needed.</summary>
    public required int GraceMonths { get; init; }

    /// <summary>Whom customers ask about their data, at most 1,000 characters.</summary>
    public string? PrivacyContact { get; init; }

    /// <summary>Why the business processes personal data, at most 50 sentences of 500 characters.</summary>
    public required IReadOnlyList<string> ProcessingPurposes { get; init; }

    /// <summary>How long data is kept after the last activity, 1-1,200 months; null when not stated.</summary>
    public int? RetentionMonths { get; init; }

    public static Result<BusinessSettings> From(Fields fields)
    {
        fields.ReadOnly("id", "name", "status", "timeZone", "currency", "defaultRegion");
        var read = new BusinessSettings
        {
            ConsentMode = fields.Text("consentMode", 20, required: true) ?? "",
            DefaultMargin = Amount(fields, "defaultMargin", max: 1) ?? 0,
            AcquisitionCost = Amount(fields, "acquisitionCost", MaxCost) ?? 0,
            GraceMonths = fields.WholeNumber("graceMonths", 0, 24) ?? 0,
            PrivacyContact = fields.Text("privacyContact", ContactLength),
            ProcessingPurposes = fields.Texts("processingPurposes", MaxPurposes, PurposeLength) ?? [],
            RetentionMonths = fields.WholeNumber("retentionMonths", 1, 1200),
        };
        if (read.ConsentMode is not ("" or "opt_out" or "opt_in"))
        {
            fields.Fault("consentMode", "not_one_of", "This must be opt_out or opt_in.");
        }

        // Without a default of its own, a missing number would silently become 0.
        fields.Require("defaultMargin", "acquisitionCost", "graceMonths");
        return fields.Finish(() => read);
    }

    private static decimal? Amount(Fields fields, string name, decimal max)
    {
        var amount = fields.Number(name, 0, max);
        if (amount is { } given && decimal.Round(given, CostDecimals) != given)
        {
            fields.Fault(name, "too_precise", "At most 4 decimals.");
        }

        return amount;
    }
}

using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>A tier to be set by hand.</summary>
/// <param name="Tier">The tier to be held, whatever the rules give. Needed.</param>
/// <param name="Reason">Why, at most 1,000 characters. Needed.</param>
/// <param name="LastDay">The last local day on which it holds; left out (or the calendar's last, 9999-12-31), it holds until it is taken away.</param>
public sealed record NewOverride(LoyaltyTier Tier, string Reason, DateOnly? LastDay)
{
    public static Result<NewOverride> From(Fields fields)
    {
        var tier = fields.Choice<LoyaltyTier>("tier");
        var reason = fields.Text("reason", Http.Reason.Length, required: true);
        var lastDay = fields.Date("lastDay");
        fields.Require("tier");
        return fields.Finish(() => new NewOverride(tier!.Value, reason!, lastDay == DateOnly.MaxValue ? null : lastDay));
    }
}

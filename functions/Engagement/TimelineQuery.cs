using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Which entries of a timeline are asked for.</summary>
/// <param name="Kind">Kinds, parted by commas; without it all of them.</param>
/// <param name="Page">Which page of them.</param>
public sealed record TimelineQuery(IReadOnlyList<TimelineKind> Kind, PageRequest Page)
{
    private const int KindsLength = 200;

    private static readonly string[] Names = Enum.GetNames<TimelineKind>();

    public static Result<TimelineQuery> From(Fields fields)
    {
        var asked = fields.Text("kind", KindsLength)?.Split(',', StringSplitOptions.TrimEntries) ?? Names;
        if (asked.Except(Names).Any() && !fields.IsFaulty("kind"))
        {
            fields.Fault("kind", "not_one_of", $"This must be one of {string.Join(", ", Names)}, or several parted by commas.");
        }

        var page = PageRequest.Read(fields);
        return fields.Finish(() => new TimelineQuery([.. asked.Distinct().Select(Enum.Parse<TimelineKind>).Order()], page));
    }
}

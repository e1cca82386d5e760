using System.Globalization;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>
/// The figures of the groups that a customer is in, beside those of the whole business. Whether a group may be shown is
/// decided among all groups of its kind, since each of their customers may ask for the own one.
/// </summary>
internal static class GroupFigures
{
    private static readonly ExportColumn[] Columns =
    [
        new("dimension", "text"), new("group", "text"), new("isSuppressed", "boolean"), new("customers", "integer"),
        new("totalSpent", "number"), new("averageSpent", "number"), new("visits", "integer"), new("averageVisits", "number"),
    ];

    public static async Task<SectionRows> ReadAsync(Snapshot snapshot, ExportPiece piece, DateTimeOffset asOf)
    {
        var zone = await snapshot.ReadAsync<string>("select time_zone from businesses where id = @business", new { business = piece.BusinessId });
        var months = await MonthsAsync(snapshot, piece.BusinessId, zone);
        var groups = new List<Group>();
        await using var reader = await snapshot.StreamAsync(
            AnalyticsSection.Groups.Sql,
            new
            {
                business = piece.BusinessId,
                customer = piece.CustomerId,
                today = BusinessCalendar.Today(asOf, zone),
                months = months.Select(month => month.ToString("yyyy-MM", CultureInfo.InvariantCulture)).ToArray(),
                starts = months.Select(month => BusinessCalendar.StartOf(month, zone).UtcDateTime).ToArray(),
            });
        while (await reader.ReadAsync())
        {
            groups.Add(new Group(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetDecimal(3), reader.GetInt64(4), reader.GetBoolean(5)));
        }

        var rows = groups.GroupBy(group => group.Dimension).SelectMany(Shown).Append(Whole([.. groups.Where(group => group.Dimension == "tier")])).ToList();
        return new SectionRows(Columns, rows.Count, rows.ToAsyncEnumerable());
    }

    // The first days of all months in which somebody joined, and of those between them.
    private static async Task<IReadOnlyList<DateOnly>> MonthsAsync(Snapshot snapshot, Guid business, string zone)
    {
        var first = await snapshot.ReadAsync<DateTime>("select min(created_at) from customers where business_id = @business", new { business });
        var last = await snapshot.ReadAsync<DateTime>("select max(created_at) from customers where business_id = @business", new { business });
        var months = new List<DateOnly>();
        for (var month = MonthOf(first); month <= MonthOf(last); month = month.AddMonths(1))
        {
            months.Add(month);
        }

        return months;

        DateOnly MonthOf(DateTime instant)
        {
            var day = BusinessCalendar.LocalDay(new DateTimeOffset(instant), zone);
            return day.AddDays(1 - day.Day);
        }
    }

    private static IEnumerable<object?[]> Shown(IGrouping<string, Group> dimension)
    {
        var groups = dimension.ToList();
        var shown = SmallGroupRules.MayShow([.. groups.Select(group => group.Customers)]);
        return groups.Select((group, index) => (group, isShown: shown[index])).Where(one => one.group.IsOwn).Select(one => Row(one.group, one.isShown));
    }

    private static object?[] Whole(IReadOnlyList<Group> tiers) => Row(
        new Group("all", "all", tiers.Sum(tier => tier.Customers), tiers.Sum(tier => tier.TotalSpent), tiers.Sum(tier => tier.Visits), true),
        SmallGroupRules.MayShowWhole([.. tiers.Select(tier => tier.Customers)]));

    private static object?[] Row(Group group, bool isShown) => !isShown
        ? [group.Dimension, group.Name, true, null, null, null, null, null]
        :
        [
            group.Dimension, group.Name, false, group.Customers, group.TotalSpent, decimal.Round(group.TotalSpent / group.Customers, 2),
            group.Visits, decimal.Round((decimal)group.Visits / group.Customers, 2),
        ];

    private sealed record Group(string Dimension, string Name, int Customers, decimal TotalSpent, long Visits, bool IsOwn);
}

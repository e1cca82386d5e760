using System.Text.Json;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>All that happened between a customer and the business, by pages, newest first.</summary>
public sealed class ListTimeline(BusinessDatabase database, Cursors cursors)
{
    private const string List = "timeline";

    public async Task<Result<Page<TimelineEntry>>> ExecuteAsync(Caller caller, Guid customer, TimelineQuery query, CancellationToken cancellation)
    {
        var asked = new { customer, query.Kind };
        var cursor = cursors.Open<Position>(caller, List, asked, query.Page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        if ((await VisibleCustomer.FindAsync(database, caller, customer, cancellation)).Failed(out var missing))
        {
            return missing;
        }

        var rows = await ReadAsync(caller, customer, query, cursor.Value, cancellation);
        return query.Page.Of(rows, row => row.ToEntry(customer), row => cursors.Seal(caller, List, asked, new Position(row.OccurredAt, row.Kind, row.Key)));
    }

    private async Task<IReadOnlyList<EntryRow>> ReadAsync(Caller caller, Guid customer, TimelineQuery query, Position? after, CancellationToken cancellation)
    {
        // Notes are for staff, and so is what staff wrote to a change.
        var isStaff = !caller.IsCustomer;
        var sources = TimelineSource.All.Where(source => query.Kind.Contains(source.Kind) && (isStaff || source.Kind != TimelineKind.note))
            .Select(source => source.Sql(after?.Kind)).ToArray();
        return sources.Length == 0 ? [] : await database.QueryAsync<EntryRow>(
            caller.Business,
            $"""
            select kind, id, key, occurredat, details
            from (
            {string.Join("\nunion all\n", sources)}
            ) entries
            order by occurredat desc, kind, place
            limit @rows
            """,
            new { business = caller.Business, customer, seesStaffsWords = isStaff, at = after?.OccurredAt, key = after?.Key, query.Page.Rows },
            cancellation);
    }

    private sealed record Position(DateTimeOffset OccurredAt, TimelineKind Kind, string Key);

    private sealed record EntryRow
    {
        public required TimelineKind Kind { get; init; }
        public required string Id { get; init; }
        public required string Key { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }

        /// <summary>JSON, as the API shows it.</summary>
        public required string Details { get; init; }

        public TimelineEntry ToEntry(Guid customer) => new()
        {
            Id = Id,
            CustomerId = customer,
            Kind = Kind,
            OccurredAt = OccurredAt,
            Transaction = Part<TimelineTransaction>(TimelineKind.transaction),
            Points = Part<TimelinePoints>(TimelineKind.points),
            Redemption = Part<TimelineRedemption>(TimelineKind.redemption),
            Message = Part<TimelineMessage>(TimelineKind.message),
            Tier = Part<TimelineTier>(TimelineKind.tier),
            Consent = Part<TimelineConsent>(TimelineKind.consent),
            Note = Part<TimelineNote>(TimelineKind.note),
            Tag = Part<TimelineTag>(TimelineKind.tag),
            Segment = Part<TimelineSegment>(TimelineKind.segment),
        };

        private T? Part<T>(TimelineKind kind) where T : class => Kind == kind ? JsonSerializer.Deserialize<T>(Details, Json.Options) : null;
    }
}

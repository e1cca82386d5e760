using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Activity;

/// <summary>What this slice takes in: from the bus and over HTTP alike, so the schema is that of the HTTP body.</summary>
internal static class ActivityEvents
{
    private static readonly Dictionary<string, string> Summaries = new()
    {
        ["transactions.transaction.completed"] = "A sale.",
        ["transactions.transaction.refunded"] = "A part or all of a sale was paid back.",
        ["transactions.transaction.voided"] = "A sale was undone.",
        ["loyalty.balance.changed"] = "A customer's points have changed.",
        ["rewards.redemption.completed"] = "A customer has spent points on a reward.",
        ["communications.message.sent"] = "A message was sent to a customer.",
        ["businesses.business.changed"] = "A business was opened, changed or closed.",
    };

    public static IReadOnlyList<EventDescription> All { get; } =
    [
        .. from kind in EventBody.Schemas()[EventBody.One]["anyOf"]!.AsArray()
           from type in kind!["properties"]!["type"]!["enum"]!.AsArray()
           select new EventDescription((string)type!, Summaries[(string)type!], kind["properties"]!["data"]!.DeepClone().AsObject()) { IsInbound = true },
    ];
}

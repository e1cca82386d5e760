namespace NxLoy.Functions.Activity;

/// <summary>The types of events that are taken in, as the specification names them.</summary>
public static class EventTypes
{
    public const string Completed = "transactions.transaction.completed";
    public const string Refunded = "transactions.transaction.refunded";
    public const string Voided = "transactions.transaction.voided";
    public const string Balance = "loyalty.balance.changed";
    public const string Redemption = "rewards.redemption.completed";
    public const string Communication = "communications.message.sent";
    public const string Business = "businesses.business.changed";

    public static IReadOnlyList<string> All { get; } = [Completed, Refunded, Voided, Balance, Redemption, Communication, Business];
}

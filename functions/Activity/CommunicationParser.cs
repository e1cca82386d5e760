namespace NxLoy.Functions.Activity;

/// <summary>Reads the data of communications.message.sent.</summary>
internal static class CommunicationParser
{
    /// <summary>What is told; worth nothing when <paramref name="data"/> has faults afterwards.</summary>
    public static ToldCommunication Parse(EventFields data) => new(
        data.Id("businessId") ?? Guid.Empty,
        new CommunicationFact
        {
            MessageId = data.Text("messageId") ?? "",
            CustomerId = data.Id("customerId") ?? Guid.Empty,
            Channel = data.Choice<CommunicationChannel>("channel") ?? default,
            Purpose = data.Choice<CommunicationPurpose>("purpose") ?? default,
            CampaignId = data.Text("campaignId", isNeeded: false),
            SegmentId = data.Id("segmentId", isNeeded: false),
            Subject = data.Text("subject", max: CommunicationFact.SubjectLength) ?? "",
            Body = data.Text("body", isNeeded: false, CommunicationFact.BodyLength),
            OccurredAt = data.Time("occurredAt") ?? default,
        });
}

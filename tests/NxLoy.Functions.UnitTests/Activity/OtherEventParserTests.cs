using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

/// <summary>What is read of balances, redemptions, messages and businesses, and every fault by its name.</summary>
public sealed class OtherEventParserTests
{
    private const string Time = "must be a time such as 2026-01-31T12:00:00Z.";
    private const string Text = "must have 1 to 255 characters, each of them Unicode.";

    private static readonly Guid Business = Guid.NewGuid();
    private static readonly Guid Customer = Guid.NewGuid();
    private static readonly Guid Segment = Guid.NewGuid();
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Balance_IsRead() => Assert.Equal(
        new BalanceFact { CustomerId = Customer, Balance = -12, QualifyingPoints = 400, ChangedBy = "till 7", OccurredAt = Noon },
        Assert.IsType<ToldBalance>(Parse(EventTypes.Balance).Told).Fact);

    [Theory]
    [InlineData("null")]
    [InlineData(null)]
    public void Balance_MayLeaveOutWhatQualifies(string? value) =>
        Assert.Null(((ToldBalance)Parse(EventTypes.Balance, "qualifyingPoints", value).Told!).Fact.QualifyingPoints);

    [Fact]
    public void Redemption_IsRead() => Assert.Equal(
        new RedemptionFact { RedemptionId = "r1", CustomerId = Customer, Reward = "Free cup", Points = 50, OccurredAt = Noon },
        Assert.IsType<ToldRedemption>(Parse(EventTypes.Redemption).Told).Fact);

    [Fact]
    public void Message_IsRead() => Assert.Equal(
        new CommunicationFact
        {
            MessageId = "m1", CustomerId = Customer, Channel = CommunicationChannel.PUSH, Purpose = CommunicationPurpose.SURVEY, CampaignId = "spring",
            SegmentId = Segment, Subject = "How was it?", Body = "Tell us.", OccurredAt = Noon,
        },
        Assert.IsType<ToldCommunication>(Parse(EventTypes.Communication).Told).Fact);

    [Fact]
    public void Business_IsRead() => Assert.Equal(
        new BusinessFact { Name = "Livraria Tejo", IsClosed = true, TimeZone = "Europe/Lisbon", Currency = "EUR", DefaultRegion = "PT", OccurredAt = Noon },
        Assert.IsType<ToldBusiness>(Parse(EventTypes.Business).Told).Fact);

    [Theory]
    [InlineData(EventTypes.Balance, "businessId", null, "/data/businessId is needed.")]
    [InlineData(EventTypes.Balance, "customerId", null, "/data/customerId is needed.")]
    [InlineData(EventTypes.Balance, "customerId", "\"ann\"", "/data/customerId must be an id (UUID).")]
    [InlineData(EventTypes.Balance, "balance", null, "/data/balance is needed.")]
    [InlineData(EventTypes.Balance, "balance", "\"12\"", "/data/balance must be a number.")]
    [InlineData(EventTypes.Balance, "balance", "1.5", "/data/balance must be a whole number from -1000000000000 to 1000000000000.")]
    [InlineData(EventTypes.Balance, "balance", "1000000000001", "/data/balance must be a whole number from -1000000000000 to 1000000000000.")]
    [InlineData(EventTypes.Balance, "balance", "1e400", "/data/balance must be a whole number from -1000000000000 to 1000000000000.")]
    [InlineData(EventTypes.Balance, "qualifyingPoints", "-1", "/data/qualifyingPoints must be a whole number from 0 to 1000000000000.")]
    [InlineData(EventTypes.Balance, "changedBy", "\"\"", "/data/changedBy " + Text)]
    [InlineData(EventTypes.Balance, "occurredAt", "\"yesterday\"", "/data/occurredAt " + Time)]
    [InlineData(EventTypes.Redemption, "redemptionId", "\"\"", "/data/redemptionId " + Text)]
    [InlineData(EventTypes.Redemption, "customerId", "null", "/data/customerId is needed.")]
    [InlineData(EventTypes.Redemption, "reward", null, "/data/reward is needed.")]
    [InlineData(EventTypes.Redemption, "points", "-1", "/data/points must be a whole number from 0 to 1000000000000.")]
    [InlineData(EventTypes.Redemption, "points", "0.5", "/data/points must be a whole number from 0 to 1000000000000.")]
    [InlineData(EventTypes.Redemption, "occurredAt", null, "/data/occurredAt is needed.")]
    [InlineData(EventTypes.Communication, "messageId", null, "/data/messageId is needed.")]
    [InlineData(EventTypes.Communication, "channel", "\"PIGEON\"", "/data/channel must be one of EMAIL, SMS, PUSH.")]
    [InlineData(EventTypes.Communication, "channel", "\"email\"", "/data/channel must be one of EMAIL, SMS, PUSH.")]
    [InlineData(EventTypes.Communication, "channel", "\"0\"", "/data/channel must be one of EMAIL, SMS, PUSH.")]
    [InlineData(EventTypes.Communication, "purpose", "\"FUN\"", "/data/purpose must be one of PROMOTION, NEWSLETTER, SURVEY, LOYALTY, RECEIPT, SERVICE.")]
    [InlineData(EventTypes.Communication, "purpose", null, "/data/purpose is needed.")]
    [InlineData(EventTypes.Communication, "segmentId", "\"x\"", "/data/segmentId must be an id (UUID).")]
    [InlineData(EventTypes.Communication, "campaignId", "\"\"", "/data/campaignId " + Text)]
    [InlineData(EventTypes.Communication, "subject", null, "/data/subject is needed.")]
    [InlineData(EventTypes.Communication, "body", "17", "/data/body must be a text.")]
    [InlineData(EventTypes.Business, "name", "\"\"", "/data/name " + Text)]
    [InlineData(EventTypes.Business, "status", "\"SLEEPING\"", "/data/status must be one of ACTIVE, CLOSED.")]
    [InlineData(EventTypes.Business, "timeZone", "\"Europe/Lissabon\"", "/data/timeZone must be an IANA time zone such as Europe/Lisbon.")]
    [InlineData(EventTypes.Business, "timeZone", "\"europe/lisbon\"", "/data/timeZone must be an IANA time zone such as Europe/Lisbon.")]
    [InlineData(EventTypes.Business, "timeZone", null, "/data/timeZone is needed.")]
    [InlineData(EventTypes.Business, "currency", "\"euro\"", "/data/currency must be an ISO 4217 currency such as EUR.")]
    [InlineData(EventTypes.Business, "currency", "\"EUR\\n\"", "/data/currency must be an ISO 4217 currency such as EUR.")]
    [InlineData(EventTypes.Business, "defaultRegion", "\"XX\"", "/data/defaultRegion must be an ISO 3166 region with phones such as PT.")]
    [InlineData(EventTypes.Business, "defaultRegion", "\"pt\"", "/data/defaultRegion must be an ISO 3166 region with phones such as PT.")]
    [InlineData(EventTypes.Business, "occurredAt", null, "/data/occurredAt is needed.")]
    public void Data_ThatCannotBeUsed_IsRefusedByName(string type, string name, string? value, string detail)
    {
        var refusal = Parse(type, name, value).Refusal!;

        Assert.Equal((EventStatus.rejected, "invalid_data", detail), (refusal.Status, refusal.Code, refusal.Detail));
    }

    [Theory]
    [InlineData("subject", 1000)]
    [InlineData("body", 100_000)]
    public void Texts_OfMessages_MayBeLong_ButNotLonger(string name, int most)
    {
        Assert.Null(Parse(EventTypes.Communication, name, $"\"{new string('x', most)}\"").Refusal);
        Assert.Equal($"/data/{name} must have 1 to {most} characters, each of them Unicode.", Parse(EventTypes.Communication, name, $"\"{new string('x', most + 1)}\"").Refusal!.Detail);
    }

    [Fact]
    public void EveryFault_IsNamedAtOnce() => Assert.Equal(
        "/data/businessId is needed. /data/name is needed. /data/status is needed. /data/timeZone is needed. /data/currency is needed. /data/defaultRegion is needed. /data/occurredAt is needed.",
        EventParser.Parse(JsonElement.Parse(Envelope(EventTypes.Business, new JsonObject()).ToJsonString()), Business).Refusal!.Detail);

    [Theory]
    [InlineData("loyalty.balance.changed.v1", null, null)]
    [InlineData("loyalty.balance.changed", "https://example.com/schemas/balance/v1", null)]
    [InlineData("loyalty.balance.changed", "https://example.com/schemas/balance/v1.4/", null)]
    [InlineData("loyalty.balance.changed", "https://example.com/schemas/balance", null)]
    [InlineData("loyalty.balance.changed.v2", null, "unknown_version")]
    [InlineData("loyalty.balance.changed", "https://example.com/schemas/balance/v2", "unknown_version")]
    [InlineData("loyalty.balance.changed", "urn:balance:v10.1", "unknown_version")]
    [InlineData("loyalty.balance.forgotten.v1", null, "unknown_type")]
    [InlineData("loyalty.balance.changed.v", null, "unknown_type")]
    public void Version_ThatNobodyKnows_IsRefused(string type, string? schema, string? code)
    {
        var one = Envelope(type, Data(EventTypes.Balance));
        if (schema is not null)
        {
            one["dataschema"] = schema;
        }

        Assert.Equal(code, EventParser.Parse(JsonElement.Parse(one.ToJsonString()), Business).Refusal?.Code);
    }

    private static ArrivedEvent Parse(string type, string? name = null, string? value = null)
    {
        var data = Data(type);
        if (name is not null)
        {
            data.Remove(name);
        }

        if (name is not null && value is not null)
        {
            data[name] = "@@"; // in its place in the text, since not all of these can be nodes
        }

        return EventParser.Parse(JsonElement.Parse(Envelope(type, data).ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal)), Business);
    }

    private static JsonObject Envelope(string type, JsonObject data) =>
        new() { ["specversion"] = "1.0", ["id"] = "e1", ["source"] = "/tests", ["type"] = type, ["data"] = data };

    private static JsonObject Data(string type) => JsonNode.Parse(type switch
    {
        EventTypes.Balance => $$"""{"businessId":"{{Business}}","customerId":"{{Customer}}","balance":-12,"qualifyingPoints":400.0,"changedBy":"till 7","occurredAt":"2026-01-31T12:00:00Z","more":1}""",
        EventTypes.Redemption => $$"""{"redemptionId":"r1","businessId":"{{Business}}","customerId":"{{Customer}}","reward":"Free cup","points":50,"occurredAt":"2026-01-31T12:00:00Z"}""",
        EventTypes.Communication => $$"""{"messageId":"m1","businessId":"{{Business}}","customerId":"{{Customer}}","channel":"PUSH","purpose":"SURVEY","campaignId":"spring","segmentId":"{{Segment}}","subject":"How was it?","body":"Tell us.","occurredAt":"2026-01-31T12:00:00Z"}""",
        _ => $$"""{"businessId":"{{Business}}","name":"Livraria Tejo","status":"CLOSED","timeZone":"Europe/Lisbon","currency":"EUR","defaultRegion":"PT","occurredAt":"2026-01-31T12:00:00Z"}""",
    })!.AsObject();
}

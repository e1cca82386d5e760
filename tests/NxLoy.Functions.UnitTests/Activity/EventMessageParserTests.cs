using System.Text;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class EventMessageParserTests
{
    private static readonly Guid Business = Guid.NewGuid();

    private static readonly string Sale =
        $$$"""
        {"transactionId": "t-1", "businessId": "{{{Business}}}", "customerId": "{{{Guid.NewGuid()}}}", "amount": 5, "currency": "USD", "occurredAt": "2026-01-31T12:00:00Z"}
        """;

    [Theory]
    [InlineData("application/cloudevents+json")]
    [InlineData("application/cloudevents+json; charset=utf-8")]
    [InlineData("application/json")]
    [InlineData(null)]
    public void Structured_IsTheWholeBody(string? contentType)
    {
        var read = EventMessageParser.Parse(Message($$"""{"specversion": "1.0", "id": "e-1", "source": "/t", "type": "transactions.transaction.completed", "data": {{Sale}}}""") with { ContentType = contentType });

        Assert.Equal((null, Business), (read.Code, read.Business));
        Assert.NotNull(EventParser.Parse(read.Event, Business).Id);
        Assert.Null(EventParser.Parse(read.Event, Business).Refusal);
    }

    [Fact]
    public void ByteOrderMark_IsPassedOver()
    {
        byte[] body = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($$"""{"data": {{Sale}}}""")];

        Assert.Equal(Business, EventMessageParser.Parse(new EventMessage(body)).Business);
    }

    [Theory]
    [InlineData("cloudEvents:")]
    [InlineData("cloudEvents_")]
    public void Binary_HasItsAttributesBesideIt(string prefix)
    {
        var read = EventMessageParser.Parse(Message(Sale) with
        {
            ContentType = "application/json",
            Properties = new Dictionary<string, object>
            {
                [prefix + "specversion"] = "1.0", [prefix + "id"] = "e-1", [prefix + "source"] = "/t", [prefix + "type"] = "transactions.transaction.refunded",
                [prefix + "time"] = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc), ["businessId"] = "passed over",
            },
        });

        Assert.Equal((null, Business), (read.Code, read.Business));
        var parsed = EventParser.Parse(read.Event, Business);
        Assert.Equal(("e-1", "transactions.transaction.refunded", new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero)), (parsed.Id, parsed.Type, parsed.Time));
    }

    [Fact]
    public void Binary_OfAnotherContentType_IsNoEvent()
    {
        var read = EventMessageParser.Parse(Message("{}") with
        {
            ContentType = "text/plain",
            Properties = new Dictionary<string, object> { ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = "e-1", ["cloudEvents:source"] = "/t", ["cloudEvents:type"] = "x" },
        });

        Assert.Equal("invalid_event", read.Code);
        Assert.Contains("datacontenttype", read.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "malformed_json")]
    [InlineData("hello", "malformed_json")]
    [InlineData("""{"id": 1, "id": 2}""", "malformed_json")]
    [InlineData("[]", "invalid_event")]
    [InlineData("null", "invalid_event")]
    [InlineData("{}", "invalid_event")]
    [InlineData("""{"specversion": "1.0", "id": "e", "source": "s", "type": "unheard"}""", "unknown_type")]
    [InlineData("""{"specversion": "1.0", "id": "e", "source": "s", "type": "transactions.transaction.completed", "data": {"businessId": "no id"}}""", "invalid_data")]
    [InlineData("""{"specversion": "1.0", "id": "e", "source": "s", "type": "transactions.transaction.completed", "data": {"businessId": "00000000-0000-0000-0000-000000000000"}}""", "invalid_data")]
    public void WhatIsNobodysEvent_IsRefused(string body, string code)
    {
        var read = EventMessageParser.Parse(Message(body));

        Assert.Equal((code, Guid.Empty), (read.Code, read.Business));
    }

    // JSON may hold half of a surrogate pair in an escape, and the library throws where it is to make a text of it.
    [Theory]
    [InlineData("""{"specversion": "1.0", "id": "e", "source": "s", "type": "transactions.transaction.completed", "x": {"\ud83d": 1}}""", "malformed_json")]
    [InlineData("""{"specversion": "1.0", "id": "e", "source": "s", "type": "transactions.transaction.completed", "data": {"businessId": "\ud800"}}""", "invalid_data")]
    [InlineData("""{"specversion": "1.0", "id": "\ud800", "source": "s", "type": "transactions.transaction.completed", "data": {}}""", "invalid_event")]
    public void HalfOfASurrogatePair_IsAFaultLikeAnother(string body, string code)
    {
        var read = EventMessageParser.Parse(Message(body));

        Assert.Equal(code, read.Code);
        Assert.NotNull(DeadLetterParser.Parse(Message(body), read, new MessageVerdict.Never(code)).Body);
    }

    [Fact]
    public void HalfOfASurrogatePair_InTheDataOfABinaryMessage_IsAFaultLikeAnother()
    {
        var read = EventMessageParser.Parse(Message("""{"businessId": "\ud800", "\udfff": 1}""") with
        {
            Properties = new Dictionary<string, object> { ["cloudEvents:specversion"] = "1.0", ["cloudEvents:id"] = "e-1", ["cloudEvents:source"] = "/t", ["cloudEvents:type"] = "x" },
        });

        Assert.NotNull(read.Code);
    }

    [Fact]
    public void BytesThatAreNoUtf8_AreNoJson()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes($$"""{"data": {{Sale}}, "note": "\ud800"""), 0xff, .. "\"}"u8];

        var read = EventMessageParser.Parse(new EventMessage(body));

        Assert.Equal("malformed_json", read.Code);
        Assert.NotNull(DeadLetterParser.Parse(new EventMessage(body), read, new MessageVerdict.Never("malformed_json")).Body);
    }

    [Theory]
    [InlineData("N")]
    [InlineData("B")]
    public void Business_IsReadAsItIsOverHttp(string format)
    {
        var body = Message($$$"""{"data": {"businessId": "{{{Business.ToString(format)}}}"}}""");

        Assert.Equal(Business, EventMessageParser.Parse(body).Business);
    }

    [Fact]
    public void TooLarge_IsNotEvenRead() =>
        Assert.Equal("too_large", EventMessageParser.Parse(new EventMessage(new byte[EventMessageParser.Limit + 1])).Code);

    private static EventMessage Message(string body) => new(Encoding.UTF8.GetBytes(body));
}

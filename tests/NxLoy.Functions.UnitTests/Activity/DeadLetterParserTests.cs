using System.Text;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class DeadLetterParserTests
{
    private static readonly Guid Business = Guid.NewGuid();

    [Fact]
    public void Event_IsReadAsFarAsItGoes()
    {
        var customer = Guid.NewGuid();

        var letter = Parse($$$"""
            {"specversion": "1.0", "id": "e-1", "source": "/tills/7", "type": "transactions.transaction.completed", "time": "2026-01-31T12:00:00Z",
             "data": {"businessId": "{{{Business}}}", "customerId": "{{{customer}}}", "customerExternalId": " C-1 ", "email": " Ann@Example.com ", "phone": "555 0123"}}
            """);

        Assert.Equal((Business, "e-1", "/tills/7", "transactions.transaction.completed"), (letter.Business, letter.EventId, letter.Source, letter.Type));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), letter.Time);
        Assert.Equal(new MentionedCustomer(customer, "C-1", "ann@example.com", "555 0123"), letter.Customer);
    }

    [Theory]
    [InlineData("""{"id": 7, "type": [], "data": {"customerId": "no id", "email": 3, "phone": null}}""")]
    [InlineData("""{"data": "text"}""")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("no JSON")]
    [InlineData("")]
    public void WhatCannotBeRead_IsLeftOut(string body)
    {
        var letter = Parse(body);

        Assert.Equal((null, null, null, null, null), (letter.Business, letter.EventId, letter.Source, letter.Type, letter.Time));
        Assert.Equal(new MentionedCustomer(null, null, null, null), letter.Customer);
        Assert.NotNull(letter.Body);
    }

    [Theory]
    [InlineData("""{"email":"ann\u0040example.com"}""", """{"email":"ann@example.com"}""")]
    [InlineData("""{ "a": "\u00e9 + <b>'\/" }""", """{"a":"é + <b>'/"}""")]
    [InlineData("""{"n":1.50,"big":123456789012345678901234567890}""", """{"n":1.50,"big":123456789012345678901234567890}""")]
    [InlineData("""{"nul":"\u0000","half":"\ud800"}""", """{"nul":"\u0000","half":"\ud800"}""")]
    [InlineData("""{"half":"\ud800 ann\u0040example.com \u0022\u005c \\u0040"}""", """{"half":"\ud800 ann@example.com \u0022\u005c \\u0040"}""")]
    [InlineData("""{"nul":"\u0000"}""", """{"nul":"\u0000"}""")]
    [InlineData("a\0b", "ab")]
    public void Body_IsKeptWithItsEscapesUndone_AndWithoutNul(string sent, string kept) => Assert.Equal(kept, Parse(sent).Body);

    [Fact]
    public void Body_OfAnotherEncoding_CanStillBeSearched() =>
        Assert.Contains("ann@example.com", Parse(Encoding.Unicode.GetBytes("Mail ann@example.com")).Body, StringComparison.Ordinal);

    [Fact]
    public void Body_ThatIsTooLarge_IsNotKept() => Assert.Null(Parse(new byte[EventMessageParser.Limit + 1]).Body);

    [Theory]
    [InlineData("m-1", "m-1")]
    [InlineData("", null)]
    [InlineData("nul\0", null)]
    [InlineData(null, null)]
    public void MessagesId_StandsInForTheEvents(string? id, string? expected) => Assert.Equal(expected, Parse(Encoding.UTF8.GetBytes("no JSON"), id).EventId);

    private static ParkedEvent Parse(string body) => Parse(Encoding.UTF8.GetBytes(body));

    private static ParkedEvent Parse(byte[] body, string? id = null)
    {
        var message = new EventMessage(body) { Id = id };
        return DeadLetterParser.Parse(message, EventMessageParser.Parse(message), new MessageVerdict.Never("test"));
    }
}

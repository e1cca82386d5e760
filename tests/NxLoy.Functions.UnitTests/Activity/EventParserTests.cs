using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class EventParserTests
{
    private static readonly Guid Business = Guid.NewGuid();
    private static readonly Guid Customer = Guid.NewGuid();

    [Fact]
    public void Sale_IsReadWithItsItems()
    {
        var arrived = Parse(_ => { });

        var fact = ((ToldTransaction)arrived.Told!).Fact;
        Assert.Null(arrived.Refusal);
        Assert.Equal(("e1", "transactions.transaction.completed", new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero)), (arrived.Id, arrived.Type, arrived.Time!.Value));
        Assert.Equal((TransactionKind.SALE, "t1", Customer, 7.5m, "USD"), (fact.Kind, fact.TransactionId, fact.CustomerId, fact.Amount, fact.Currency));
        Assert.Equal([new TransactionItem("Latte", "Drinks", 2, 3.5m), new TransactionItem("Discount", null, 1, -0.5m)], fact.Items);
    }

    [Theory]
    [InlineData("completed", TransactionKind.SALE)]
    [InlineData("refunded", TransactionKind.REFUND)]
    [InlineData("voided", TransactionKind.VOID)]
    public void Type_IsTheKind(string type, TransactionKind kind) => Assert.Equal(kind, ((ToldTransaction)Parse(one =>
    {
        one["type"] = $"transactions.transaction.{type}";
        one["data"]!["originalTransactionId"] = "t0";
    }).Told!).Fact.Kind);

    [Theory]
    [InlineData("specversion", null, "/specversion is needed.")]
    [InlineData("specversion", "\"0.3\"", "/specversion must be 1.0.")]
    [InlineData("id", null, "/id is needed.")]
    [InlineData("id", "\"\"", "/id must have 1 to 255 characters, each of them Unicode.")]
    [InlineData("id", "17", "/id must be a text.")]
    [InlineData("source", null, "/source is needed.")]
    [InlineData("type", "null", "/type is needed.")]
    [InlineData("time", "\"yesterday\"", "/time must be a time such as 2026-01-31T12:00:00Z.")]
    [InlineData("datacontenttype", "\"text/xml\"", "/datacontenttype must be application/json.")]
    [InlineData("data", null, "/data is needed.")]
    [InlineData("data", "[]", "/data must be a JSON object.")]
    public void Attribute_ThatCannotBe_IsRefusedByName(string name, string? value, string detail)
    {
        var refusal = Parse(one => Set(one, name, value)).Refusal!;

        Assert.Equal((EventStatus.rejected, "invalid_event", detail), (refusal.Status, refusal.Code, refusal.Detail));
    }

    [Theory]
    [InlineData("time", null)]
    [InlineData("datacontenttype", "\"application/json; charset=utf-8\"")]
    [InlineData("subject", "\"anything\"")]
    [InlineData("traceparent", "\"00-1-1-00\"")]
    public void Attribute_ThatIsOptionalOrUnknown_IsNoFault(string name, string? value) => Assert.Null(Parse(one => Set(one, name, value)).Refusal);

    [Theory]
    [InlineData("transactionId", null, "/data/transactionId is needed.")]
    [InlineData("businessId", null, "/data/businessId is needed.")]
    [InlineData("businessId", "\"mine\"", "/data/businessId must be an id (UUID).")]
    [InlineData("customerId", null, "/data/customerId or customerExternalId, email or phone must be there.")]
    [InlineData("customerId", "\"x\"", "/data/customerId must be an id (UUID).")]
    [InlineData("amount", null, "/data/amount is needed.")]
    [InlineData("amount", "\"7.5\"", "/data/amount must be a number.")]
    [InlineData("amount", "1e400", "/data/amount must be a smaller number.")]
    [InlineData("currency", "null", "/data/currency is needed.")]
    [InlineData("occurredAt", "\"2026-01-31\"", "/data/occurredAt must be a time such as 2026-01-31T12:00:00Z.")]
    [InlineData("occurredAt", "\"2026-01-31T12:00:00\"", "/data/occurredAt must be a time such as 2026-01-31T12:00:00Z.")]
    [InlineData("occurredAt", "\"2026-02-30T12:00:00Z\"", "/data/occurredAt must be a time such as 2026-01-31T12:00:00Z.")]
    [InlineData("items", "{}", "/data/items must be a list.")]
    [InlineData("items", "[1]", "/data/items/0/product is needed. /data/items/0/quantity is needed. /data/items/0/unitPrice is needed.")]
    [InlineData("items", """[{"product":"a","quantity":"1","unitPrice":2}]""", "/data/items/0/quantity must be a number.")]
    public void Data_ThatCannotBeUsed_IsRefusedByName(string name, string? value, string detail)
    {
        var refusal = Parse(one => Set(one["data"]!.AsObject(), name, value)).Refusal!;

        Assert.Equal((EventStatus.rejected, "invalid_data", detail), (refusal.Status, refusal.Code, refusal.Detail));
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000")]
    [InlineData("2026-01-31t13:00:00.5+01:00", "2026-01-31T12:00:00.500000")]
    [InlineData("2026-01-31T12:00:00.123456789z", "2026-01-31T12:00:00.123456")]
    public void OccurredAt_IsReadAsRfc3339(string text, string utc) => Assert.Equal(
        utc, ((ToldTransaction)Parse(one => one["data"]!["occurredAt"] = text).Told!).Fact.OccurredAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", null));

    [Fact]
    public void Customer_IsTheFirstOfItsNames()
    {
        var told = (ToldTransaction)Parse(one =>
        {
            one["data"]!.AsObject().Remove("customerId");
            (one["data"]!["phone"], one["data"]!["email"], one["data"]!["customerExternalId"]) = ("+1", " a@b.example ", " 17 ");
        }).Told!;

        Assert.Equal((Guid.Empty, "17", null, null), (told.Fact.CustomerId, told.ExternalId, told.Email, told.Phone));
        told = (ToldTransaction)Parse(one =>
        {
            one["data"]!.AsObject().Remove("customerId");
            (one["data"]!["phone"], one["data"]!["email"]) = ("+1", " a@b.example ");
        }).Told!;
        Assert.Equal((null, "a@b.example", null), (told.ExternalId, told.Email, told.Phone));
    }

    [Fact]
    public void OtherTypesAndBusinesses_AreRefusedWhateverElseTheySay()
    {
        Assert.Equal("unknown_type", Parse(one => (one["type"], one["data"]) = ("loyalty.balance.forgotten", null)).Refusal!.Code);
        Assert.Equal("unknown_business", Parse(one => one["data"] = new JsonObject { ["businessId"] = Guid.NewGuid() }).Refusal!.Code);
    }

    [Fact]
    public void Reversal_NamesItsSale() =>
        Assert.Equal("/data/originalTransactionId is needed.", Parse(one => one["type"] = "transactions.transaction.refunded").Refusal!.Detail);

    [Fact]
    public void Id_ThatIsHalfASurrogatePair_IsRefused() => Assert.StartsWith(
        "/id must have 1 to 255 characters",
        EventParser.Parse(JsonElement.Parse("""{"specversion":"1.0","id":"\ud83c","source":"s","type":"t"}"""), Business).Refusal!.Detail,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    public void WhatIsNoObject_IsRefused(string json) => Assert.Equal("invalid_event", EventParser.Parse(JsonElement.Parse(json), Business).Refusal!.Code);

    private static ArrivedEvent Parse(Action<JsonObject> change)
    {
        var one = JsonNode.Parse($$"""
            {
              "specversion": "1.0", "id": "e1", "source": "/till/7", "type": "transactions.transaction.completed", "time": "2026-01-31T13:00:00+01:00",
              "data": {
                "transactionId": "t1", "businessId": "{{Business}}", "customerId": "{{Customer}}", "amount": 7.5, "currency": "USD",
                "occurredAt": "2026-01-31T12:00:00Z", "till": 7, "items": [
                  { "product": "Latte", "category": "Drinks", "quantity": 2, "unitPrice": 3.5 },
                  { "product": "Discount", "quantity": 1, "unitPrice": -0.5 }
                ]
              }
            }
            """)!.AsObject();
        change(one);
        return EventParser.Parse(JsonElement.Parse(one.ToJsonString()), Business);
    }

    /// <param name="value">JSON; null takes the field away.</param>
    private static void Set(JsonObject item, string name, string? value)
    {
        item.Remove(name);
        if (value is not null)
        {
            item[name] = JsonNode.Parse(value);
        }
    }
}

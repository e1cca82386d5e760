using System.Text.Json;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class EventLanesTests
{
    private static readonly string[] Names = ["customerId", "customerExternalId", "email"];

    public static TheoryData<string> Named => [.. Names];

    [Theory]
    [MemberData(nameof(Named))]
    public void ManyEvents_AreParted_ButNotThoseOfOneCustomer(string name)
    {
        var customers = Enumerable.Range(0, 64).Select(n => name == "customerId" ? new Guid(n + 1, 0, 0, new byte[8]).ToString() : $"customer-{n}").ToArray();
        var events = Enumerable.Range(0, 512).Select(n => Event(new() { [name] = customers[n % 64], ["n"] = n })).ToArray();

        var lanes = EventLanes.Part(events, one => one);

        Assert.Equal(2, lanes.Count);
        Assert.Equal(Enumerable.Range(0, 512), lanes.SelectMany(lane => lane).Select(N).Order());
        Assert.All(lanes, lane => Assert.Equal(lane.Select(N).Order(), lane.Select(N)));
        Assert.Empty(lanes[0].Select(one => N(one) % 64).Intersect(lanes[1].Select(one => N(one) % 64)));
    }

    [Fact]
    public void EmailsThatDifferInCaseAlone_AreOneCustomers()
    {
        var events = Enumerable.Range(0, 200).Select(n => Event(new() { ["email"] = n % 2 == 0 ? "ann@example.com" : " Ann@Example.com" })).ToArray();

        Assert.Single(EventLanes.Part(events, one => one));
    }

    [Fact]
    public void FewEvents_StayTogether()
    {
        var events = Enumerable.Range(0, EventLanes.WorthParting - 1).Select(_ => Event(new() { ["customerId"] = Guid.NewGuid() })).ToArray();

        Assert.Same(events, Assert.Single(EventLanes.Part(events, one => one)));
    }

    [Theory]
    [InlineData("""{"data": {"businessId": "b", "isClosed": true}}""")]
    [InlineData("""{"data": {"customerExternalId": "C-1"}}""")]
    [InlineData("""{"data": {"phone": "+1 201 555 0123"}}""")]
    [InlineData("""{"data": {"customerId": "no id"}}""")]
    [InlineData("""{"data": []}""")]
    [InlineData("[]")]
    public void EventsAmongWhichOneNamesItsCustomerDifferently_StayTogether(string other)
    {
        var events = Enumerable.Range(0, 200).Select(_ => Event(new() { ["customerId"] = Guid.NewGuid() })).Append(JsonDocument.Parse(other).RootElement).ToArray();

        Assert.Same(events, Assert.Single(EventLanes.Part(events, one => one)));
    }

    private static int N(JsonElement one) => one.GetProperty("data").GetProperty("n").GetInt32();

    private static JsonElement Event(Dictionary<string, object> data) => JsonSerializer.SerializeToElement(new { data });
}

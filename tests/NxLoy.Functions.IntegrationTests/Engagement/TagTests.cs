using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Engagement;

public sealed class TagTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient staff = app.As("staff");

    [Fact]
    public async Task Put_AndDelete_ShowInTheProfileAndCanBeRepeated()
    {
        var customer = (await app.CustomerAsync()).Id;

        await PutAsync(customer, "vip");
        await PutAsync(customer, "vip");
        await PutAsync(customer, "Newsletter");
        Assert.Equal(["Newsletter", "vip"], await TagsAsync(customer));

        await DeleteAsync(customer, "vip");
        await DeleteAsync(customer, "vip");
        Assert.Equal(["Newsletter"], await TagsAsync(customer));
    }

    [Fact]
    public async Task Put_AnotherLetterCase_IsTheSameTagInItsLatestSpelling()
    {
        var customer = (await app.CustomerAsync()).Id;

        await PutAsync(customer, "Ärger");
        await PutAsync(customer, "äRGER");
        Assert.Equal(["äRGER"], await TagsAsync(customer));

        await DeleteAsync(customer, "ÄRGER");
        Assert.Empty(await TagsAsync(customer));
    }

    [Theory]
    [InlineData("50% off?#now")]
    [InlineData("100%")]
    [InlineData("één 日本 🎉")]
    [InlineData("a+b & c")]
    public async Task Put_AnyCharacters_AreReadBackAsWritten(string tag)
    {
        var customer = (await app.CustomerAsync()).Id;

        await PutAsync(customer, tag);
        Assert.Equal([tag], await TagsAsync(customer));

        await DeleteAsync(customer, tag);
        Assert.Empty(await TagsAsync(customer));
    }

    [Fact]
    public async Task Put_ComposedAndDecomposedLetters_AreOneTag()
    {
        var customer = (await app.CustomerAsync()).Id;

        await PutAsync(customer, "caf\u00e9");
        await PutAsync(customer, "cafe\u0301");

        Assert.Equal(["cafe\u0301"], await TagsAsync(customer));
    }

    [Theory]
    [InlineData("   ", "required")]
    [InlineData("a\tb", "invalid_characters")]
    [InlineData("a\u0085b", "invalid_characters")]
    [InlineData("a/b", "invalid_characters")]
    [InlineData("a%2fb", "invalid_characters")]
    [InlineData("123456789012345678901234567890123456789012345678901", "too_long")]
    public async Task Put_WhatIsNoTag_IsRefusedWithItsFault(string tag, string code)
    {
        var customer = (await app.CustomerAsync()).Id;

        Assert.Equal([$"tag {code}"], (await staff.SendAsync(HttpMethod.Put, Path(customer, tag))).Expect(400).Faults);
    }

    [Fact]
    public async Task Put_50Characters_IsAccepted()
    {
        var customer = (await app.CustomerAsync()).Id;
        var tag = string.Concat(Enumerable.Repeat("🎉", 50));

        await PutAsync(customer, tag);

        Assert.Equal([tag], await TagsAsync(customer));
    }

    [Fact]
    public async Task Put_ManyAtOnce_NeverExceeds250()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.Database.QueryAsync<int>(
            """
            insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
            select @business, @customer, 'tag ' || n, 'test', now() from generate_series(1, 245) n
            """,
            new { business = app.Business, customer });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => staff.SendAsync(HttpMethod.Put, Path(customer, $"new {n}"))));

        Assert.Equal(5, answers.Count(answer => answer.Code == 204));
        Assert.Equal(15, answers.Count(answer => answer.Problem == "too_many_tags" && answer.Code == 409));
        Assert.Equal(250, (await TagsAsync(customer)).Count);
        await PutAsync(customer, "TAG 1"); // one it has already is still its to put
    }

    [Fact]
    public async Task Put_SameTagAtOnce_MakesOneAndRefusesNone()
    {
        var customer = (await app.CustomerAsync()).Id;

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PutAsync(customer, "vip")));

        Assert.Equal(["vip"], await TagsAsync(customer));
    }

    [Fact]
    public async Task Put_AndDelete_LeaveTheProfilesVersionAlone()
    {
        var customer = await app.CustomerAsync();

        await PutAsync(customer.Id, "vip");

        Assert.Equal(customer.ETag, (await staff.GetAsync($"/api/v1/customers/{customer.Id}")).ETag);
    }

    [Fact]
    public async Task Put_AndDelete_WriteOneEventEachWithoutTheTag()
    {
        var customer = (await app.CustomerAsync()).Id;

        await PutAsync(customer, "secret diagnosis");
        await PutAsync(customer, "secret diagnosis");
        await DeleteAsync(customer, "secret diagnosis");
        await DeleteAsync(customer, "secret diagnosis");

        var events = await app.Database.QueryAsync<string>(
            "select data::text from outbox where customer_id = @customer and type = 'customers.customer.updated'", new { customer });
        Assert.Equal(2, events.Count);
        Assert.DoesNotContain(events, data => data.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Put_OnDeletedCustomer_Is404()
    {
        var customer = (await app.CustomerAsync()).Id;
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        (await staff.SendAsync(HttpMethod.Put, Path(customer, "vip"))).Expect(404);
        (await staff.SendAsync(HttpMethod.Delete, Path(customer, "vip"))).Expect(404);
    }

    private static string Path(Guid customer, string tag) => $"/api/v1/customers/{customer}/tags/{Uri.EscapeDataString(tag)}";

    private async Task PutAsync(Guid customer, string tag) => (await staff.SendAsync(HttpMethod.Put, Path(customer, tag))).Expect(204);

    private async Task DeleteAsync(Guid customer, string tag) => (await staff.SendAsync(HttpMethod.Delete, Path(customer, tag))).Expect(204);

    private async Task<IReadOnlyList<string>> TagsAsync(Guid customer) =>
        [.. (await staff.GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["tags"]!.AsArray().Select(tag => (string)tag!)];
}

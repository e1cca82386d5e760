using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

public sealed class QueryTests
{
    [Fact]
    public async Task Values_AreReadFromTheirTexts() =>
        Assert.Equal((7, true, 2.5m, "a b", "abc"), (await ReadAsync("?n=7&flag=true&amount=2.5&text=a%20b&cursor=abc")).Value);

    [Fact]
    public async Task Parameters_AreOptional() =>
        Assert.Equal(((int?)null, (bool?)null, (decimal?)null, (string?)null, (string?)null), (await ReadAsync("")).Value);

    [Theory]
    [InlineData("?n=x", "n out_of_range")]
    [InlineData("?n=", "n out_of_range")]
    [InlineData("?n=%207", "n out_of_range")]
    [InlineData("?n=99999999999", "n out_of_range")]
    [InlineData("?n=1&n=2", "n wrong_type")]
    [InlineData("?flag=yes", "flag wrong_type")]
    [InlineData("?flag=true&flag=true", "flag wrong_type")]
    [InlineData("?amount=1e3", "amount out_of_range")]
    [InlineData("?text=%00", "text invalid_characters")]
    [InlineData("?N=1", "N unknown_parameter")]
    [InlineData("?a~b/c=1", "a~b/c unknown_parameter")]
    [InlineData("?other", "other unknown_parameter")]
    [InlineData("?n=x&flag=y&one=1&two=2", "n out_of_range, flag wrong_type, one unknown_parameter, two unknown_parameter")]
    public async Task EveryFault_IsNamedByItsParameter(string query, string faults)
    {
        var problem = (await ReadAsync(query)).Problem;

        Assert.Equal("invalid_request", problem?.Code);
        Assert.Equal(faults, string.Join(", ", problem!.Errors.Select(fault => $"{fault.Pointer} {fault.Code}")));
    }

    [Theory]
    [InlineData("", 50)]
    [InlineData("?limit=1", 1)]
    [InlineData("?limit=200", 200)]
    [InlineData("?limit=0", null)]
    [InlineData("?limit=201", null)]
    [InlineData("?limit=-1", null)]
    [InlineData("?limit=1.5", null)]
    public async Task Limit_IsFrom1To200AndOtherwise50(string query, int? limit)
    {
        var result = await Request(query).ReadQuery(fields =>
        {
            var page = PageRequest.Read(fields);
            return fields.Finish(() => page);
        });

        Assert.Equal(limit, result.Problem is null ? result.Value.Limit : null);
    }

    [Theory]
    [InlineData(3, "1,2,3", null)]
    [InlineData(2, "1,2", "after 2")]
    [InlineData(4, "1,2,3", null)]
    public void Page_HasACursorOnlyWhenThereIsMore(int limit, string items, string? cursor)
    {
        var page = new PageRequest(limit, null, "cursor").Of([1, 2, 3], row => row, row => $"after {row}");

        Assert.Equal((items, cursor), (string.Join(',', page.Items), page.NextCursor));
    }

    private static Task<Result<(int?, bool?, decimal?, string?, string?)>> ReadAsync(string query) =>
        Request(query).ReadQuery(fields =>
        {
            var read = (fields.WholeNumber("n", 0, 100), fields.Flag("flag"), fields.Number("amount", 0, 10_000), fields.Text("text", 10), fields.Text("cursor", 10));
            return fields.Finish(() => read);
        });

    private static HttpRequest Request(string query) => new DefaultHttpContext { Request = { QueryString = new QueryString(query) } }.Request;
}

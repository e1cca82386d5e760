using FsCheck.Xunit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

public sealed class IfMatchTests
{
    [Theory]
    [InlineData("\"3\"", true)]
    [InlineData("*", true)]
    [InlineData("\"1\", \"3\"", true)]
    [InlineData("\"1\",\"3\"", true)]
    [InlineData("\"2\"", false)]
    [InlineData("3", false)]
    [InlineData("W/\"3\"", false)]
    [InlineData("\"33\"", false)]
    public async Task IfMatch_AcceptsTheVersionRead(string header, bool accepts) =>
        Assert.Equal(accepts, (await Read(header)).Value.Accepts(3));

    [Fact]
    public async Task IfMatch_SeveralHeaders_AreOneList() =>
        Assert.True((await Read("\"1\"", "\"3\"")).Value.Accepts(3));

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData(" , ")]
    public async Task IfMatch_MissingOrEmpty_Is428(params string[] headers)
    {
        Assert.True((await Read(headers)).Failed(out var problem));
        Assert.Equal((428, "if_match_missing"), (problem.Status, problem.Code));
    }

    [Property]
    public bool ETag_OfAVersion_AcceptsThatVersionAndNoOther(long version, long other) =>
        new IfMatch([Answers.ETag(version)]).Accepts(other) == (version == other);

    private static Task<Result<IfMatch>> Read(params string[] headers)
    {
        var request = new DefaultHttpContext().Request;
        if (headers.Length > 0)
        {
            request.Headers.IfMatch = new StringValues(headers);
        }

        return request.IfMatch();
    }
}

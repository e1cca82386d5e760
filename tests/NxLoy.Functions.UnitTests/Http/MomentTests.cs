using System.Globalization;
using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

public sealed class MomentTests
{
    [Theory]
    [InlineData("2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")] // the clocks go forward on this day
    [InlineData("2026-01-31", "2026-01-31T05:00:00Z", "2026-02-01T05:00:00Z")]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000001Z")]
    [InlineData("2026-01-31T12:00:00.5%2B02:00", "2026-01-31T10:00:00.5Z", "2026-01-31T10:00:00.500001Z")]
    public async Task Moment_IsAnInstantOrAWholeDayOfTheBusiness(string text, string start, string end)
    {
        var moment = (await ReadAsync(text)).Value!;

        Assert.Equal((Instant(start), Instant(end)), (moment.Start("America/New_York"), moment.End("America/New_York")));
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-02-30")]
    [InlineData("2026-1-1")]
    [InlineData("01/02/2026")]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00%2B14:00")]
    public async Task WhatIsNoTime_IsNamed(string text) =>
        Assert.Equal("invalid_time", Assert.Single((await ReadAsync(text)).Problem!.Errors).Code);

    private static Task<Result<Moment?>> ReadAsync(string text) =>
        new DefaultHttpContext { Request = { QueryString = new QueryString("?at=" + text) } }.Request.ReadQuery(fields =>
        {
            var read = Moment.Read(fields, "at");
            return fields.Finish(() => read);
        });

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

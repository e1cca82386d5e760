using System.Net;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>Lengths and ranges are those of the package, not of what lies encrypted in the storage.</summary>
public sealed class DownloadTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Whole_HasItsLengthNameAndKind()
    {
        var (token, export, zip) = await GivenAsync();

        using var response = await app.DownloadAsync(token, export);

        Assert.Equal((HttpStatusCode.OK, zip.Length, "application/zip"), (response.StatusCode, response.Content.Headers.ContentLength, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(("bytes", $"export-{export}.zip", true), (response.Headers.AcceptRanges.Single(), response.Content.Headers.ContentDisposition?.FileName?.Trim('"'), response.Headers.CacheControl?.NoStore));
    }

    [Fact]
    public async Task Range_IsThatPartAndNoOther_WhereverItBeginsAndEnds()
    {
        var (token, export, zip) = await GivenAsync(megabytes: 9);
        const int Region = 4 * 1024 * 1024; // what the storage library encrypts at once
        Assert.True(zip.Length > 2 * Region, $"{zip.Length} bytes are too few to show anything.");

        foreach (var (from, to) in new[] { (0, 0), (1, 1), (0, zip.Length - 1), (Region - 3, Region + 2), (Region, Region), (2 * Region - 1, zip.Length - 1), (zip.Length - 1, zip.Length - 1) })
        {
            await ExpectAsync($"bytes={from}-{to}", from, to);
        }

        await ExpectAsync($"bytes={Region + 5}-", Region + 5, zip.Length - 1);
        await ExpectAsync("bytes=-7", zip.Length - 7, zip.Length - 1);
        await ExpectAsync($"bytes=-{zip.Length + 1}", 0, zip.Length - 1);
        await ExpectAsync($"bytes=5-{zip.Length * 2}", 5, zip.Length - 1);

        async Task ExpectAsync(string range, int from, int to)
        {
            using var response = await app.DownloadAsync(token, export, range);
            Assert.Equal((HttpStatusCode.PartialContent, $"bytes {from}-{to}/{zip.Length}"), (response.StatusCode, response.Content.Headers.ContentRange?.ToString()));
            Assert.Equal(to - from + 1, response.Content.Headers.ContentLength);
            var part = await response.Content.ReadAsByteArrayAsync();
            Assert.True(zip.AsSpan(from, to - from + 1).SequenceEqual(part), $"{range} is something else.");
        }
    }

    [Theory]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("lines=0-1")]
    [InlineData("bytes=x")]
    [InlineData("bytes=5-1")]
    [InlineData("")]
    public async Task WhatIsNoOneRange_IsAnsweredWithTheWhole(string range)
    {
        var (token, export, zip) = await GivenAsync();

        using var response = await app.DownloadAsync(token, export, range);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(zip, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task IfRange_NamesNothingOfOurs_SoTheWholeIsSent()
    {
        var (token, export, zip) = await GivenAsync();

        using var response = await app.DownloadAsync(token, export, "bytes=0-1", ("If-Range", "\"x\""));

        Assert.Equal((HttpStatusCode.OK, zip.Length), (response.StatusCode, response.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("bytes=99999999-")]
    [InlineData("bytes=-0")]
    public async Task RangeBeyondTheEnd_Is416AndSaysTheLength(string range)
    {
        var (token, export, zip) = await GivenAsync();

        using var response = await app.DownloadAsync(token, export, range);

        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, $"bytes */{zip.Length}"), (response.StatusCode, response.Content.Headers.ContentRange?.ToString()));
    }

    [Fact]
    public async Task EachDownload_IsInTheAuditLogBeforeItsFirstByte()
    {
        var (token, export, _) = await GivenAsync();
        var before = await DownloadsAsync(export);

        using var response = await app.DownloadAsync(token, export, "bytes=0-0");

        Assert.Equal(before + 1, await DownloadsAsync(export));
    }

    [Fact]
    public async Task AnotherBusinesssCompliance_SeesNoneOfIt()
    {
        var (_, export, _) = await GivenAsync();

        using var response = await app.DownloadAsync(TestApp.Token("compliance", [app.OtherBusiness]), export);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<long> DownloadsAsync(Guid export) => (await app.Database.QueryAsync<long>(
        "select count(*) from audit_log where action = 'DownloadExport' and (select customer_ids from customer_data_exports where id = @export) && customers", new { export }))[0];

    private async Task<(string Token, Guid Export, byte[] Zip)> GivenAsync(int megabytes = 0)
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.Database.QueryAsync<int>(
            """
            insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at)
            select @Business, @customer || '-' || n, @customer, 'EMAIL', 'NEWSLETTER', 'Noise', (select string_agg(md5(n::text || k::text), '') from generate_series(1, 3200) k), now()
            from generate_series(1, @count) n
            """,
            new { app.Business, customer, count = megabytes * 10 });
        var client = app.As("compliance");
        var export = await client.AskAsync(customer);
        await client.EndAsync(export);
        var token = TestApp.Token("compliance", [app.Business]);
        return (token, export, (await app.PackageAsync(token, export)).Whole().Zip);
    }
}

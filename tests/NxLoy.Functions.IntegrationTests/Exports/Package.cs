using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using CsvHelper;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>A package as a customer has it on disk.</summary>
internal sealed record Package(byte[] Zip, IReadOnlyDictionary<string, byte[]> Files)
{
    public JsonNode Manifest => JsonNode.Parse(Files["manifest.json"])!;

    public string Index => System.Text.Encoding.UTF8.GetString(Files["index.html"]);

    public IEnumerable<string> Sections => Manifest["sections"]!.AsArray().Select(section => (string)section!["name"]!);

    public JsonArray Json(string section) => JsonNode.Parse(Files[section + ".json"])!.AsArray();

    public IReadOnlyList<Dictionary<string, string>> Csv(string section)
    {
        using var reader = CsvReader.Create(Files[section + ".csv"]);
        var rows = new List<Dictionary<string, string>>();
        while (reader.Read())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(index => reader.Headers[index], reader.GetString));
        }

        return rows;
    }

    /// <summary>All that any of its files says.</summary>
    public string Everything => string.Join('\n', Files.Values.Select(System.Text.Encoding.UTF8.GetString));

    public static Package Of(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return new Package(zip, archive.Entries.ToDictionary(
            entry => entry.FullName,
            entry =>
            {
                using var content = entry.Open();
                using var copy = new MemoryStream();
                content.CopyTo(copy);
                return copy.ToArray();
            }));
    }

    /// <summary>Lengths, digests and counts are what the manifest says, of all files and no others.</summary>
    public Package Whole()
    {
        var listed = Manifest["files"]!.AsArray().ToDictionary(file => (string)file!["name"]!, file => file!);
        Assert.Equal(Files.Keys.Where(name => name != "manifest.json").Order(), listed.Keys.Order());
        foreach (var (name, file) in listed)
        {
            Assert.Equal((long)file["bytes"]!, Files[name].Length);
            Assert.Equal((string)file["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(Files[name])));
        }

        foreach (var section in Manifest["sections"]!.AsArray())
        {
            var name = ((string)section!["json"]!)[..^".json".Length];
            var columns = section["columns"]!.AsArray().Select(column => (string)column!["name"]!).ToList();
            Assert.Equal((long)section["rows"]!, Json(name).Count);
            Assert.Equal((long)section["rows"]!, Csv(name).Count);
            Assert.All(Json(name), row => Assert.Equal(columns, row!.AsObject().Select(field => field.Key)));
            Assert.All(Csv(name), row => Assert.Equal(columns, row.Keys));
        }

        return this;
    }
}

/// <summary>Exports as clients ask for them.</summary>
internal static class GivenExports
{
    public static async Task<Guid> AskAsync(this ApiClient client, Guid customer, string type = "GDPR_FULL", string? reason = null) =>
        (await client.PostAsync($"/api/v1/customers/{customer}/export", new { exportType = type, reason })).Expect(202).Id;

    public static async Task<JsonObject> EndAsync(this ApiClient client, Guid export, string status = "COMPLETED")
    {
        Answer? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            answer = (await client.GetAsync($"/api/v1/exports/{export}")).Expect(200);
            var now = (string)answer.Json["status"]!;
            return now == status || (now is "FAILED" or "EXPIRED" ? throw new Xunit.Sdk.XunitException(answer.Text) : false);
        });
        return answer!.Json;
    }

    public static async Task<Package> PackageAsync(this TestApp app, string token, Guid export)
    {
        using var response = await app.DownloadAsync(token, export);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        return Package.Of(await response.Content.ReadAsByteArrayAsync());
    }

    public static async Task<HttpResponseMessage> DownloadAsync(this TestApp app, string token, Guid export, string? range = null, params (string Name, string Value)[] headers)
    {
        using var client = app.Host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/exports/{export}/download");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (range is not null)
        {
            request.Headers.TryAddWithoutValidation("Range", range);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    /// <summary>What lies in the app's container for exports, past everything that stands before it.</summary>
    public static async Task<IReadOnlyList<string>> ExportBlobsAsync(this TestApp app)
    {
        var names = new List<string>();
        var blobs = new BlobContainerClient(TestBlobs.ConnectionString, app.StartedWith["Storage:ExportsContainer"]);
        await blobs.CreateIfNotExistsAsync();
        await foreach (var blob in blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, default))
        {
            names.Add(blob.Name);
        }

        return names;
    }

    /// <summary>Asks, waits and downloads, as compliance.</summary>
    public static async Task<Package> ExportedAsync(this TestApp app, Guid customer, string type = "GDPR_FULL", Guid? business = null)
    {
        var client = app.AsOf(business ?? app.Business, "compliance");
        var export = await client.AskAsync(customer, type);
        await client.EndAsync(export);
        return (await app.PackageAsync(TestApp.Token("compliance", [business ?? app.Business]), export)).Whole();
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NxLoy.Functions.LocalStack.Exports;

namespace NxLoy.Functions.UnitTests.LocalStack;

/// <summary>./run validate-export: a whole package passes, and each fault is named.</summary>
public sealed class PackageCheckTests : IDisposable
{
    private const string Json = "[\n{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"name\":\"a,\\\"b\\\"\\n\",\"n\":1,\"amount\":1.5,\"ok\":true,\"day\":\"2024-02-29\",\"at\":\"2024-02-29T00:00:00Z\",\"more\":{\"a\":[]}},\n{\"id\":null,\"name\":null,\"n\":null,\"amount\":null,\"ok\":null,\"day\":null,\"at\":null,\"more\":null}\n]\n";
    private const string Csv = "id,name,n,amount,ok,day,at,more\r\n01890a5d-ac96-774b-bcce-b302099a8057,\"a,\"\"b\"\"\n\",1,1.5,true,2024-02-29,2024-02-29T00:00:00Z,\"{\"\"a\"\":[]}\"\r\n,,,,,,,\r\n";
    private static readonly string[] Columns = ["id uuid", "name text", "n integer", "amount number", "ok boolean", "day date", "at time", "more json"];

    private readonly string file = Path.Combine(Path.GetTempPath(), $"nxloy-package-{Guid.NewGuid():N}.zip");

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task WholePackage_Passes()
    {
        Write(new Dictionary<string, string> { ["s.json"] = Json, ["s.csv"] = Csv, ["index.html"] = "<p>" });

        Assert.Equal(2, (await PackageCheck.ReadAsync(file, default)).Sections.Single().Rows);
    }

    public static TheoryData<string, string, string> Contents => new()
    {
        { "s.json", "[]", "s.json has 0 rows, where the manifest says 2." },
        { "s.json", "{", "s.json is no JSON array of objects, from row 1 on." },
        { "s.json", "[1,2]", "s.json is no JSON array of objects, from row 2 on." },
        { "s.json", "[{\"id\":1}]", "s.json, row 1: its fields are not the columns of the manifest." },
        { "s.json", Json.Replace("\"n\":1,", "\"n\":1.5,", StringComparison.Ordinal), "s.json, row 1: n is no integer." },
        { "s.json", Json.Replace("2024-02-29\",\"at", "2023-02-29\",\"at", StringComparison.Ordinal), "s.json, row 1: day is no date." },
        { "s.json", Json.Replace("00:00:00Z", "00:00:00", StringComparison.Ordinal), "s.json, row 1: at is no time." },
        { "s.json", Json.Replace("\"01890a5d", "\"x", StringComparison.Ordinal), "s.json, row 1: id is no uuid." },
        { "s.json", Json.Replace("\"ok\":true", "\"ok\":\"yes\"", StringComparison.Ordinal), "s.json, row 1: ok is no boolean." },
        { "s.json", Json.Replace(":1.5", ":\"1.5\"", StringComparison.Ordinal), "s.json, row 1: amount is no number." },
        { "s.csv", Csv.Replace("id,name", "name,id", StringComparison.Ordinal), "s.csv: its first line does not name the columns of the manifest." },
        { "s.csv", Csv[..^9], "s.csv has 1 rows, where the manifest says 2." },
        { "s.csv", Csv + ",,\r\n", "s.csv, row 3: it has 3 cells, where the manifest has 8 columns." },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task ContentThatIsNotAsListed_IsNamed(string name, string content, string fault)
    {
        Write(new Dictionary<string, string> { ["s.json"] = Json, ["s.csv"] = Csv, ["index.html"] = "<p>", [name] = content });

        await ExpectAsync(fault);
    }

    [Theory]
    [InlineData("s.json", null, "s.json is missing.")]
    [InlineData("manifest.json", null, "manifest.json is missing.")]
    [InlineData("manifest.json", "null", "manifest.json is empty.")]
    [InlineData("manifest.json", "{", "manifest.json cannot be read: ")]
    [InlineData("index.html", "<q>", "index.html was changed: its SHA-256 is not the manifest's.")]
    [InlineData("index.html", "<p></p>", "index.html has 7 bytes, where the manifest says 3.")]
    [InlineData("more.txt", "x", "more.txt is not in the manifest.")]
    public async Task FileThatIsGoneChangedOrStrange_IsNamed(string name, string? content, string fault)
    {
        Write(new Dictionary<string, string> { ["s.json"] = Json, ["s.csv"] = Csv, ["index.html"] = "<p>" });
        using (var zip = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            zip.GetEntry(name)?.Delete();
            if (content is not null)
                Add(zip, name, content);
        }

        await ExpectAsync(fault);
    }

    [Fact]
    public async Task OtherVersion_UnlistedSection_TwoOfOneName_AndNoZip_AreNamed()
    {
        Write(new Dictionary<string, string> { ["s.json"] = Json, ["s.csv"] = Csv }, version: 2);
        await ExpectAsync("manifest.json is of version 2; this command knows version 1.");
        Write(new Dictionary<string, string> { ["s.json"] = Json, ["other.csv"] = Csv });
        await ExpectAsync("s.csv is a section's and not among the files of the manifest.");
        Write(new Dictionary<string, string> { ["s.json"] = Json, ["s.csv"] = Csv });
        using (var zip = ZipFile.Open(file, ZipArchiveMode.Update))
            Add(zip, "s.csv", Csv);
        await ExpectAsync("s.csv is in it twice.");
        await File.WriteAllTextAsync(file, "no zip");
        await ExpectAsync("It is no readable zip: ");
    }

    private async Task ExpectAsync(string fault) =>
        Assert.StartsWith(fault, (await Assert.ThrowsAsync<PackageFault>(() => PackageCheck.ReadAsync(file, default))).Message, StringComparison.Ordinal);

    private void Write(Dictionary<string, string> files, int version = 1)
    {
        File.Delete(file);
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var (name, content) in files)
            Add(zip, name, content);
        Add(zip, "manifest.json", JsonSerializer.Serialize(
            new
            {
                SchemaVersion = version, ExportId = Guid.NewGuid(), ExportType = "GDPR_FULL", PackedAt = DateTimeOffset.UnixEpoch,
                Sections = new[] { new { BusinessId = Guid.NewGuid(), Name = "s", AsOf = DateTimeOffset.UnixEpoch, Rows = 2, Columns = Columns.Select(column => new { Name = column.Split(' ')[0], Type = column.Split(' ')[1] }), Json = "s.json", Csv = "s.csv" } },
                Files = files.Select(one => new { Name = one.Key, Bytes = Encoding.UTF8.GetByteCount(one.Value), Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(one.Value))) }),
            },
            JsonSerializerOptions.Web));
    }

    private static void Add(ZipArchive zip, string name, string content)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(content);
    }
}

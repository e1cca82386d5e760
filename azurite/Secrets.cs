using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack;

/// <summary>
/// What this working copy's local stack knows and nobody else does: made once, kept in a file for its owner's eyes.
/// The private signing key never leaves it; the app is given the public one.
/// </summary>
internal sealed record Secrets
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string SuperuserPassword { get; init; }

    public required string OwnerPassword { get; init; }

    public required string AppPassword { get; init; }

    public required string WorkerPassword { get; init; }

    public required string MasterKey { get; init; }

    /// <summary>EC P-256, PKCS #8, PEM.</summary>
    public required string SigningKey { get; init; }

    /// <summary>32 bytes, base64.</summary>
    public required string SealingKey { get; init; }

    /// <summary>64 bytes, base64.</summary>
    public required string BlobKey { get; init; }

    /// <summary>EC P-256, PKCS #8, PEM: what erasure certificates are signed with.</summary>
    public required string CertificateKey { get; init; }

    /// <summary>32 bytes, base64: what wraps the keys of exports.</summary>
    public required string ExportsKey { get; init; }

    /// <summary>32 bytes, base64: what clients log in to the broker with.</summary>
    public required string BrokerKey { get; init; }

    /// <summary>The secrets of the data folder, made when there are none or they cannot be read.</summary>
    public static Secrets Of(Checkout checkout, Narrator narrator)
    {
        var path = Path.Combine(checkout.Data, "secrets.json");
        if (Read(path) is { } kept)
            return kept;

        if (File.Exists(path))
        {
            narrator.Say($"{path} cannot be read: making new secrets. What the app sealed with the old key stays sealed; --reset starts anew.");
            File.Move(path, path + ".unreadable", overwrite: true);
        }

        var made = Make();
        PrivateFile.Write(path, JsonSerializer.Serialize(made, Json));
        return made;
    }

    private static Secrets? Read(string path)
    {
        try
        {
            // One that an earlier version wrote lacks what has come since: that is made now, and the rest stays.
            var kept = (JsonNode.Parse(File.ReadAllBytes(path)) ?? new JsonArray()).AsObject();
            var made = JsonSerializer.SerializeToNode(Make(), Json)!.AsObject();
            var news = made.Where(secret => !kept.ContainsKey(secret.Key)).ToList();
            foreach (var (name, value) in news)
                kept[name] = value!.DeepClone();
            if (news.Count > 0 && news.Count < made.Count)
                PrivateFile.Write(path, kept.ToJsonString(Json));
            return kept.Deserialize<Secrets>(Json);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Secrets Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificates = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Secrets
        {
            SuperuserPassword = Password(),
            OwnerPassword = Password(),
            AppPassword = Password(),
            WorkerPassword = Password(),
            MasterKey = Password(),
            SigningKey = key.ExportPkcs8PrivateKeyPem(),
            SealingKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            BlobKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)),
            ExportsKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            BrokerKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            CertificateKey = certificates.ExportPkcs8PrivateKeyPem(),
        };
    }

    // Hexadecimal: needs no quoting in a connection string, a URI, SQL or a shell.
    private static string Password() => RandomNumberGenerator.GetHexString(40, lowercase: true);
}

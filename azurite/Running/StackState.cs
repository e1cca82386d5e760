using System.Text.Json;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

internal sealed record Business(Guid Id, string Name);

/// <summary>What ./run found out or decided, kept for --info, token, advance and the next start.</summary>
internal sealed record StackState
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required IReadOnlyList<Business> Businesses { get; init; }

    public int? AppPort { get; init; }

    public int? PostgresPort { get; init; }

    public int? BlobPort { get; init; }

    public int? BrokerPort { get; init; }

    public string? BaseUrl { get; init; }

    public string? MasterKey { get; init; }

    /// <summary>The owner's connection string.</summary>
    public string? Postgres { get; init; }

    public string? Blob { get; init; }

    public string? ServiceBus { get; init; }

    /// <summary>What the last start left; new ids for the two businesses when there is nothing that can be read.</summary>
    public static StackState Of(Checkout checkout)
    {
        try
        {
            if (JsonSerializer.Deserialize<StackState>(File.ReadAllBytes(PathIn(checkout)), Json) is { Businesses.Count: 2 } state)
                return state;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // The first start, or a damaged file: everything in it can be found out again.
        }

        return new StackState
        {
            Businesses = [new(Guid.CreateVersion7(), "Northwind Coffee"), new(Guid.CreateVersion7(), "Harbour Books")],
        };
    }

    public void Save(Checkout checkout) => PrivateFile.Write(PathIn(checkout), JsonSerializer.Serialize(this, Json));

    private static string PathIn(Checkout checkout) => Path.Combine(checkout.Data, "state.json");
}

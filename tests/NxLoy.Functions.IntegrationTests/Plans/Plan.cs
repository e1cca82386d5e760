using System.Text.Json.Nodes;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>How one statement ran.</summary>
public sealed class Plan(JsonObject json)
{
    private static readonly string[] Large = ["customers", "customer_metrics", "customer_tags"];

    public string Query => (string)json["Query Text"]!;

    public IReadOnlyList<Node> Nodes { get; } = [.. Walk(json["Plan"]!.AsObject())];

    /// <summary>Pages of 8 kB that it touched.</summary>
    public long Buffers => Nodes[0].Buffers;

    /// <summary>Rows that its hungriest node read.</summary>
    public double RowsRead => Nodes.Max(node => node.RowsRead);

    public bool ReadsAWholeTable => Nodes.Any(node => node.Type == "Seq Scan" && Large.Contains(node.Table) && node.RowsRead > 0);

    public override string ToString() => $"{RowsRead} rows, {Buffers} buffers: {json.ToJsonString(new() { WriteIndented = true })}";

    private static IEnumerable<Node> Walk(JsonObject node) =>
        [new Node(node), .. (node["Plans"]?.AsArray() ?? []).SelectMany(child => Walk(child!.AsObject()))];

    public sealed class Node(JsonObject node)
    {
        public string Type => (string)node["Node Type"]!;

        public string? Table => (string?)node["Relation Name"];

        public long Buffers => Number("Shared Hit Blocks") is var hit ? (long)(hit + Number("Shared Read Blocks")) : 0;

        /// <summary>Rows returned and rows thrown away, over all its loops.</summary>
        public double RowsRead => Number("Actual Loops") * (Number("Actual Rows") + Number("Rows Removed by Filter")
            + Number("Rows Removed by Index Recheck") + Number("Rows Removed by Join Filter"));

        private double Number(string name) => (double?)node[name] ?? 0;
    }
}

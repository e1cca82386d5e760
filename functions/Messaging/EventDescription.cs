namespace NxLoy.Functions.Messaging;

/// <summary>An event that this app publishes, or one that it takes in, as the AsyncAPI document describes it.</summary>
/// <param name="Type">Its name in the specification.</param>
/// <param name="Summary">A sentence on when it is said.</param>
/// <param name="Data">JSON schema of its data.</param>
public sealed record EventDescription(string Type, string Summary, System.Text.Json.Nodes.JsonObject Data)
{
    /// <summary>Others publish it, and this app takes it in.</summary>
    public bool IsInbound { get; init; }
}

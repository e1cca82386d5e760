using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>What cannot be read, written or run to an end.</summary>
public sealed partial class SampleOrchestrations
{
    [Function(nameof(Endless))]
    public static void Endless([OrchestrationTrigger] TaskOrchestrationContext context) => throw new FormatException("poison \0 \ud800");

    [Function(nameof(Touchy))]
    public static async Task<object> Touchy([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync<Picky>(nameof(Double), 1);
            return "read";
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or JsonException)
        {
            return context.GetInput<bool>() ? new Picky() : "could not be read";
        }
    }

    /// <summary>Can neither be read nor written.</summary>
    [JsonConverter(typeof(PickyConverter))]
    public sealed class Picky;

    public sealed class PickyConverter : JsonConverter<Picky>
    {
        public override Picky Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new ArgumentException("No.");

        public override void Write(Utf8JsonWriter writer, Picky value, JsonSerializerOptions options) =>
            throw new ArgumentException("No.");
    }
}

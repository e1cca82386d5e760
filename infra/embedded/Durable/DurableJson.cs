using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>Inputs and outputs as the isolated worker writes them: names as in code, read in any letter case.</summary>
internal static class DurableJson
{
    public static DataConverter Converter { get; } = new JsonDataConverter(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });

    public static string? Write(object? value) => Converter.Serialize(value);

    public static T? Read<T>(string? json) => Converter.Deserialize<T>(json);
}

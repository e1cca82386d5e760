using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Reads an event's fields and gathers a sentence on each that cannot be used. Fields that nobody asks for are passed
/// over.
/// </summary>
/// <param name="element">Any JSON; what is no object has no fields.</param>
/// <param name="path">JSON pointer of the object within the event.</param>
internal sealed partial class EventFields(JsonElement element, string path, List<string>? faults = null)
{
    private readonly List<string> faults = faults ?? [];

    /// <summary>"/data/amount must be a number." and the like, none of which repeats a value.</summary>
    public IReadOnlyList<string> Faults => faults;

    public void Fault(string name, string must) => faults.Add($"{path}/{name} {must}.");

    /// <summary>1 character or more.</summary>
    public string? Text(string name, bool isNeeded = true, int max = TransactionRules.IdLength)
    {
        if (Take(name, JsonValueKind.String, "a text", isNeeded) is not { } value)
        {
            return null;
        }

        var text = Read(value);
        if (text is null || !TransactionRules.IsText(text, max))
        {
            Fault(name, string.Create(CultureInfo.InvariantCulture, $"must have 1 to {max} characters, each of them Unicode"));
            return null;
        }

        return text;
    }

    public Guid? Id(string name, bool isNeeded = true)
    {
        if (Take(name, JsonValueKind.String, "an id (UUID)", isNeeded) is not { } value)
        {
            return null;
        }

        if (Guid.TryParse(Read(value), out var id) && id != Guid.Empty)
        {
            return id;
        }

        Fault(name, "must be an id (UUID)");
        return null;
    }

    public decimal? Number(string name)
    {
        if (Take(name, JsonValueKind.Number, "a number", isNeeded: true) is not { } value)
        {
            return null;
        }

        if (value.TryGetDecimal(out var number))
        {
            return number;
        }

        Fault(name, "must be a smaller number");
        return null;
    }

    public long? WholeNumber(string name, long min, long max, bool isNeeded = true)
    {
        if (Take(name, JsonValueKind.Number, "a number", isNeeded) is not { } value)
        {
            return null;
        }

        // 10.0 is a whole number too, and no system means another by it.
        if (value.TryGetDecimal(out var number) && decimal.Truncate(number) == number && number >= min && number <= max)
        {
            return (long)number;
        }

        Fault(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
        return null;
    }

    /// <summary>One of the enum's names, in its exact spelling.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        if (Take(name, JsonValueKind.String, "a text", isNeeded: true) is not { } value)
        {
            return null;
        }

        var text = Read(value);
        if (Array.IndexOf(Enum.GetNames<T>(), text) >= 0)
        {
            return Enum.Parse<T>(text!);
        }

        Fault(name, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");
        return null;
    }

    /// <summary>An RFC 3339 time with its offset.</summary>
    public DateTimeOffset? Time(string name, bool isNeeded = true)
    {
        if (Take(name, JsonValueKind.String, "a time such as 2026-01-31T12:00:00Z", isNeeded) is not { } value)
        {
            return null;
        }

        // Others count in nanoseconds; here a fraction has seven digits.
        if (Rfc3339().Match(Read(value) ?? "") is { Success: true } time
            && DateTimeOffset.TryParse(
                $"{time.Groups["day"]}T{time.Groups["clock"]}.{time.Groups["fraction"]}0{time.Groups["offset"]}".ToUpperInvariant(),
                CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
        {
            return instant.ToUniversalTime();
        }

        Fault(name, "must be a time such as 2026-01-31T12:00:00Z");
        return null;
    }

    public EventFields? Object(string name) =>
        Take(name, JsonValueKind.Object, "a JSON object", isNeeded: true) is { } value ? new EventFields(value, $"{path}/{name}") : null;

    /// <summary>A list of objects, whose faults are this one's; none where it is left out.</summary>
    public IEnumerable<EventFields> Objects(string name, int max)
    {
        if (Take(name, JsonValueKind.Array, "a list", isNeeded: false) is not { } list)
        {
            return [];
        }

        if (list.GetArrayLength() <= max)
        {
            return list.EnumerateArray().Select((item, index) => new EventFields(item, string.Create(CultureInfo.InvariantCulture, $"{path}/{name}/{index}"), faults));
        }

        Fault(name, string.Create(CultureInfo.InvariantCulture, $"must have at most {max} entries"));
        return [];
    }

    private JsonElement? Take(string name, JsonValueKind kind, string what, bool isNeeded)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            if (isNeeded)
            {
                Fault(name, "is needed");
            }

            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        Fault(name, $"must be {what}");
        return null;
    }

    private static string? Read(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // an escaped half of a surrogate pair is valid JSON but no text
        }
    }

    [GeneratedRegex(@"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,6})[0-9]*)?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}

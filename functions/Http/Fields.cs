using System.Globalization;
using System.Text.Json;

namespace NxLoy.Functions.Http;

// One file, long as it is: these are the readers of every kind of field, one beside the other, and all note faults alike.

/// <summary>
/// Reads the fields of a JSON object one by one and gathers every fault on the way, each with a JSON pointer, so that
/// one answer names them all. A field nobody asked for is a fault too.
/// </summary>
/// <param name="body">A JSON object.</param>
/// <param name="isQuery">They are query parameters: every value is a text, and pointers are bare names.</param>
/// <param name="asked">Where to note what is asked, for the API's description; null when a request is read.</param>
public sealed class Fields(JsonElement body, bool isQuery = false, List<AskedField>? asked = null)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly List<Fields> inner = [];
    private readonly List<Fault> faults = [];
    private readonly string path = "";

    private Fields(JsonElement body, string path, List<Fault> faults, List<AskedField>? asked) : this(body, asked: asked) =>
        (this.path, this.faults) = (path, faults);

    /// <summary>Where a field stands: its JSON pointer, or the query parameter's name.</summary>
    public string Pointer(string name) =>
        isQuery ? name : path + "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>What was found so far.</summary>
    internal IReadOnlyList<Fault> Faults => faults;

    /// <summary>True when the field is there, be it null.</summary>
    public bool Has(string name) => body.TryGetProperty(name, out _);

    /// <summary>True when one of the fields is there and not null.</summary>
    public bool HasAny(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (body.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a fault of this field was found so far.</summary>
    public bool IsFaulty(string field) => faults.Exists(fault => fault.Pointer == Pointer(field));

    public void Fault(string name, string code, string detail) => faults.Add(new Fault(Pointer(name), code, detail));

    /// <summary>A field that clients read and never write: to send it is a fault.</summary>
    public void ReadOnly(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            known.Add(name);
            if (Has(name))
            {
                Fault(name, "read_only", "This field can be read but not written.");
            }
        }
    }

    /// <summary>Fields that must be there and not null. To be asked after they were read.</summary>
    public void Require(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!body.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null)
            {
                Fault(name, "required", "This field is needed.");
            }
        }
    }

    /// <summary>A text, trimmed; null when missing, null or nothing but white space.</summary>
    public string? Text(string name, int max, bool required = false)
    {
        asked?.Add(new AskedField(name, "string") { MaxLength = max });
        var text = Take(name, JsonValueKind.String, "a text") is { } element ? Read(name, element) : null;
        if (text?.Length > max)
        {
            Fault(name, "too_long", string.Create(CultureInfo.InvariantCulture, $"At most {max} characters."));
        }

        if (required && text is null && !IsFaulty(name))
        {
            Fault(name, "required", "This field is needed.");
        }

        return text;
    }

    public bool? Flag(string name)
    {
        asked?.Add(new AskedField(name, "boolean"));
        known.Add(name);
        if (!body.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return element.GetBoolean();
        }

        if (isQuery && element.ValueKind == JsonValueKind.String && element.GetString() is "true" or "false")
        {
            return element.GetString() == "true";
        }

        Fault(name, "wrong_type", "This must be true or false.");
        return null;
    }

    /// <summary>A calendar date, yyyy-MM-dd.</summary>
    public DateOnly? Date(string name)
    {
        asked?.Add(new AskedField(name, "string") { Format = "date" });
        if (Take(name, JsonValueKind.String, "a date, yyyy-MM-dd") is not { } element)
        {
            return null;
        }

        if (DateOnly.TryParseExact(Read(name, element), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return date;
        }

        Fault(name, "invalid_date", "This must be a date that exists, as yyyy-MM-dd.");
        return null;
    }

    public decimal? Number(string name, decimal min, decimal max)
    {
        asked?.Add(new AskedField(name, "number") { Minimum = min, Maximum = max });
        if (Take(name, JsonValueKind.Number, "a number") is not { } element)
        {
            return null;
        }

        if (IsNumber(element, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Fault(name, "out_of_range", string.Create(CultureInfo.InvariantCulture, $"This must be from {min} to {max}."));
        return null;
    }

    public int? WholeNumber(string name, int min, int max)
    {
        asked?.Add(new AskedField(name, "integer") { Minimum = min, Maximum = max });
        if (Take(name, JsonValueKind.Number, "a whole number") is not { } element)
        {
            return null;
        }

        if (IsWhole(element, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Fault(name, "out_of_range", string.Create(CultureInfo.InvariantCulture, $"This must be a whole number from {min} to {max}."));
        return null;
    }

    public Guid? Id(string name)
    {
        asked?.Add(new AskedField(name, "string") { Format = "uuid" });
        if (Take(name, JsonValueKind.String, "an id (UUID)") is not { } element)
        {
            return null;
        }

        if (Guid.TryParse(Read(name, element), out var id))
        {
            return id;
        }

        Fault(name, "invalid_id", "This must be a UUID.");
        return null;
    }

    /// <summary>One of the enum's names, in its exact spelling.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        asked?.Add(new AskedField(name, "string") { Choices = Enum.GetNames<T>() });
        if (Take(name, JsonValueKind.String, "a text") is not { } element)
        {
            return null;
        }

        var text = Read(name, element);
        if (Array.IndexOf(Enum.GetNames<T>(), text) >= 0)
        {
            return Enum.Parse<T>(text!);
        }

        Fault(name, "not_one_of", $"This must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        return null;
    }

    /// <summary>
    /// An object, whose fields are read from what is answered and finished with these; null when missing or null. When the
    /// API's description asks, there is always one to ask.
    /// </summary>
    public Fields? Object(string name, bool required = false)
    {
        List<AskedField>? questions = asked is null ? null : [];
        asked?.Add(new AskedField(name, "object") { Fields = questions });
        var element = Take(name, JsonValueKind.Object, "an object");
        if (required && element is null && !IsFaulty(name))
        {
            Fault(name, "required", "This field is needed.");
        }

        if (element is null && asked is null)
        {
            return null;
        }

        var fields = new Fields(element ?? JsonElement.Parse("{}"), Pointer(name), faults, questions);
        inner.Add(fields);
        return fields;
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name, int maxItems, int max)
    {
        asked?.Add(new AskedField(name, "array") { MaxItems = maxItems, MaxLength = max });
        if (Take(name, JsonValueKind.Array, "a list of texts") is not { } element)
        {
            return null;
        }

        if (element.GetArrayLength() > maxItems)
        {
            Fault(name, "too_many", string.Create(CultureInfo.InvariantCulture, $"At most {maxItems} entries."));
            return null;
        }

        return [.. element.EnumerateArray().Select((item, index) => Entry(string.Create(CultureInfo.InvariantCulture, $"{Pointer(name)}/{index}"), item, max)).OfType<string>()];
    }

    /// <summary>What was read, unless there were faults. Ends the reading: fields nobody asked for are faults.</summary>
    public Result<T> Finish<T>(Func<T> make) =>
        new List<Fault>([.. faults, .. Unknown()]) is { Count: > 0 } all ? Problem.Invalid(all) : make();

    /// <summary>What was read with its faults, for a use case that looks for more of them.</summary>
    public Draft<T> Draft<T>(T read) => new(read, [.. faults, .. Unknown()]);

    private IEnumerable<Fault> Unknown() => body.EnumerateObject()
        .Where(property => !known.Contains(property.Name))
        .Select(property => isQuery ? Query.Unknown(property.Name) : new Fault(Pointer(property.Name), "unknown_field", "This field does not exist here."))
        .Concat(inner.SelectMany(one => one.Unknown()));

    private JsonElement? Take(string name, JsonValueKind kind, string what)
    {
        known.Add(name);
        if (!body.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (element.ValueKind == (isQuery ? JsonValueKind.String : kind))
        {
            return element;
        }

        Fault(name, "wrong_type", isQuery ? "This parameter can be given once." : $"This must be {what}.");
        return null;
    }

    // In a query a number is a text.
    private static bool IsNumber(JsonElement element, out decimal number) =>
        element.ValueKind == JsonValueKind.Number
            ? element.TryGetDecimal(out number)
            : decimal.TryParse(element.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool IsWhole(JsonElement element, out int number) =>
        element.ValueKind == JsonValueKind.Number
            ? element.TryGetInt32(out number)
            : int.TryParse(element.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private string? Entry(string pointer, JsonElement item, int max)
    {
        if (item.ValueKind != JsonValueKind.String)
        {
            faults.Add(new Fault(pointer, "wrong_type", "This must be a text."));
            return null;
        }

        var before = faults.Count;
        var text = ReadAt(pointer, item);
        if (text is null && faults.Count == before)
        {
            faults.Add(new Fault(pointer, "required", "This must not be empty."));
        }
        else if (text?.Length > max)
        {
            faults.Add(new Fault(pointer, "too_long", string.Create(CultureInfo.InvariantCulture, $"At most {max} characters.")));
        }

        return text;
    }

    private string? Read(string name, JsonElement element) => ReadAt(Pointer(name), element);

    private string? ReadAt(string pointer, JsonElement element)
    {
        string? text = null;
        try
        {
            text = element.GetString()!.Trim();
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate is valid JSON but no Unicode text.
        }

        if (text is null || text.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(new Fault(pointer, "invalid_characters", "This holds characters that are no text (NUL or half a surrogate pair)."));
            return null;
        }

        return text.Length == 0 ? null : text;
    }
}

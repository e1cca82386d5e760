using System.Text.Json;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Texts that break programs which trust them.</summary>
internal static class Hostile
{
    /// <summary>Valid texts that mean something to SQL, shells, paths, pages and formatters; here they are texts like any other.</summary>
    public static IReadOnlyList<string> Injections { get; } =
    [
        "'; drop table customers; --", "' or '1'='1", "\" or \"\"=\"", "1); delete from customers where (1=1", "$$; select pg_sleep(5); $$", "%' or 1=1 --",
        "@business", "@id", ":business", "{0} {email} %s %n %x", "${jndi:ldap://127.0.0.1/a}", "$(reboot)", "`id`", "| cat /etc/passwd",
        "../../../../etc/passwd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "/dev/null", "con.txt", "%2e%2e%2f", "%00",
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\r\nSet-Cookie: a=b", "=cmd|' /C calc'!A0", "\\", "\\u0000", "%", "_", "\\%",
        "\u202Etxt.exe", "\uFEFFx", "e\u0301\u0301\u0301", "\uFDFA\uFDFA\uFDFA", "\U0001F469\u200D\U0001F469\u200D\U0001F466", "\U0010FFFF", "\uFFFF", "\u0001\u001F\u007F", "İıſß",
    ];

    /// <summary>JSON texts of strings that are no Unicode text or that PostgreSQL cannot keep.</summary>
    public static IReadOnlyList<string> NoTexts { get; } =
        ["\"a\\u0000b\"", "\"\\u0000\"", "\"\\ud800\"", "\"a\\udc00b\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ud83d\\ude00\""];

    /// <summary>JSON texts of every type, and of numbers that fit no type.</summary>
    private static readonly string[] Values =
        ["\"text\"", "17", "0.5", "true", "{}", "[]", "[17]", "[null]", "[[]]", "{\"a\":{\"b\":1}}", "1e999", "-1e999", "123456789012345678901234567890", "-0.00001"];

    /// <summary>JSON texts that a field of this type cannot take.</summary>
    public static IEnumerable<string> WrongFor(Asked field) => Values.Where(json => !IsRight(field, JsonElement.Parse(json)));

    public static string Long(int length) => "\"" + new string('x', length) + "\"";

    private static bool IsRight(Asked field, JsonElement value) => field.Type switch
    {
        "string" => value.ValueKind == JsonValueKind.String && field.IsFreeText,
        "array" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0,
        // Without its fields, or with others, it is wrong as well, but then at their place and not at its own.
        "object" => value.ValueKind == JsonValueKind.Object,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var whole) && Fits(field, whole),
        "number" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && Fits(field, number),
        var other => throw new NotSupportedException($"{field.Name} is a {other}: say here which values are right for it."),
    };

    private static bool Fits(Asked field, decimal number) =>
        !(number < (decimal?)field.Schema["minimum"]) && !(number > (decimal?)field.Schema["maximum"]);
}

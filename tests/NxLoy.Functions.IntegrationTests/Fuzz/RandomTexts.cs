using System.Text;
using NxLoy.Functions.IntegrationTests.BadInput;

namespace NxLoy.Functions.IntegrationTests.Fuzz;

/// <summary>Texts and JSON values as nobody would think of them; the same seed makes the same.</summary>
internal static class RandomTexts
{
    private static readonly (int From, int To)[] Planes =
        [(0x20, 0x7F), (0x20, 0x7F), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0xDFF), (0x1E00, 0x20CF), (0x3040, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFFFD), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE007F), (0x10FF00, 0x10FFFF)];

    public static bool Chance(this Random random, double share) => random.NextDouble() < share;

    public static T Of<T>(this Random random, params IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public static Guid Id(this Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    /// <summary>Unicode of every plane, a command of some language, or a word; seldom long.</summary>
    public static string Text(this Random random)
    {
        if (random.Chance(0.3))
        {
            return random.Of(Hostile.Injections);
        }

        var text = new StringBuilder();
        for (var left = random.Chance(0.05) ? random.Next(6000) : random.Next(1, 30); left > 0; left--)
        {
            var (from, to) = random.Of(Planes);
            text.Append(new Rune(random.Next(from, to)));
        }

        return text.ToString();
    }

    /// <summary>A JSON text of any kind, and some that are none.</summary>
    public static string Value(this Random random) => random.Next(12) switch
    {
        0 => "null",
        1 => random.Of("true", "false"),
        2 => random.Of("0", "-0", "1", "-1", "0.1", "1e2", "1E+2", "2147483648", "-2147483649", "9223372036854775808", "1e999", "-1e999", "1e-999", "79228162514264337593543950336", "0.00000000000000000000000000001"),
        3 => new string('9', random.Next(1, 5000)),
        4 => random.Of(Hostile.NoTexts),
        5 => "{}",
        6 => "[]",
        7 => $"[{random.Value()},{random.Value()}]",
        8 => $$"""{"{{random.Next()}}":{{random.Value()}}}""",
        9 => new string('[', random.Of(20, 40, 10_000)),
        10 => random.Of("NaN", "Infinity", "01", "+1", ".5", "'x'", "\"", "\"\\x\"", "\"\t\"", "\u0000", "//"),
        _ => System.Text.Json.JsonSerializer.Serialize(random.Text()),
    };
}

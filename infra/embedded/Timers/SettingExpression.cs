using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>Puts settings in the place of <c>%names%</c>.</summary>
internal static partial class SettingExpression
{
    /// <exception cref="InvalidOperationException">There is no such setting.</exception>
    public static string Resolve(string text, IConfiguration settings) => Names().Replace(text, match =>
        settings[match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)]
        ?? throw new InvalidOperationException($"'{match.Value}' does not resolve to a value."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Names();
}

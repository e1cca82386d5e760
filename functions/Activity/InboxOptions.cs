using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Activity;

/// <summary>How long the inbox remembers events (setting Events:InboxDays).</summary>
/// <param name="Days">15-3650: longer than events are tried again and dead letters are kept.</param>
public sealed record InboxOptions(int Days)
{
    private const int Usual = 30;
    private const int Least = 15;
    private const int Most = 3650;

    public static InboxOptions From(IConfiguration configuration) => new(configuration["Events:InboxDays"] switch
    {
        null or "" => Usual,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= Least and <= Most => days,
        var text => throw new InvalidOperationException($"The setting Events:InboxDays is \"{text}\", but must be a whole number from {Least} to {Most}. See docs/settings.md."),
    });
}

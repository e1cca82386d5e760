using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Activity;

/// <summary>How events that may succeed later are tried again (setting Events:RetryDelay).</summary>
/// <param name="Delay">Before the second try; it doubles with each.</param>
public sealed record RetryOptions(TimeSpan Delay)
{
    public static RetryOptions From(IConfiguration configuration) => new(
        configuration["Events:RetryDelay"] switch
        {
            null or "" => TimeSpan.FromMinutes(1),
            var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var delay) && delay > TimeSpan.Zero => delay,
            var text => throw new InvalidOperationException($"The setting Events:RetryDelay is \"{text}\", but must be a span of time such as 00:01:00. See docs/settings.md."),
        });
}

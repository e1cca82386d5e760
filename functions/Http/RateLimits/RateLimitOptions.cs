using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Http.RateLimits;

/// <summary>How often one caller may ask (settings RateLimits:RequestsPerMinute and RateLimits:Burst).</summary>
/// <param name="RequestsPerMinute">What a caller may keep up.</param>
/// <param name="Burst">What a caller that has been quiet may ask at once.</param>
public sealed record RateLimitOptions(int RequestsPerMinute, int Burst)
{
    private const int Most = 1_000_000;

    /// <summary>The time in which a caller earns one more request.</summary>
    public TimeSpan Interval => TimeSpan.FromMinutes(1) / RequestsPerMinute;

    /// <returns>Null where nothing is limited.</returns>
    public static RateLimitOptions? From(IConfiguration configuration)
    {
        var (requests, burst) = (configuration["RateLimits:RequestsPerMinute"], configuration["RateLimits:Burst"]);
        if (string.IsNullOrEmpty(requests))
        {
            return string.IsNullOrEmpty(burst) ? null
                : throw new InvalidOperationException("RateLimits:Burst limits nothing without RateLimits:RequestsPerMinute: set both, or none. See docs/settings.md.");
        }

        var rate = Whole("RateLimits:RequestsPerMinute", requests);
        return new RateLimitOptions(rate, string.IsNullOrEmpty(burst) ? rate : Whole("RateLimits:Burst", burst));
    }

    private static int Whole(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Most ? number
            : throw new InvalidOperationException($"The setting {name} is \"{value}\", but must be a whole number from 1 to {Most}. See docs/settings.md.");
}

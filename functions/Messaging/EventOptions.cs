using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Messaging;

/// <summary>Where events come in and go out (settings Events:*).</summary>
/// <param name="InboundTopic">The topic that other systems write to.</param>
/// <param name="InboundSubscription">This app's subscription of it.</param>
/// <param name="OutboundTopic">The topic that this app publishes to.</param>
/// <param name="RetentionDays">How many days a published event stays in the outbox; 1-365.</param>
public sealed record EventOptions(string InboundTopic, string InboundSubscription, string OutboundTopic, int RetentionDays)
{
    private const int FewDays = 3;
    private const int Most = 365;

    public static EventOptions From(IConfiguration configuration) => new(
        configuration["Events:InboundTopic"] is { Length: > 0 } inbound ? inbound : "loyalty-activity",
        configuration["Events:InboundSubscription"] is { Length: > 0 } subscription ? subscription : "customers",
        configuration["Events:OutboundTopic"] is { Length: > 0 } outbound ? outbound : "customers-events",
        configuration["Events:RetentionDays"] switch
        {
            null or "" => FewDays,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= Most => days,
            var text => throw new InvalidOperationException($"The setting Events:RetentionDays is \"{text}\", but must be a whole number from 1 to {Most}. See docs/settings.md."),
        });
}

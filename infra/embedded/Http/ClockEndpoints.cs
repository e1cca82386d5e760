using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Text;
using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>Reads and moves business time, in development.</summary>
internal static class ClockEndpoints
{
    public static Task Read(HttpContext http)
    {
        var clock = http.RequestServices.GetRequiredService<BusinessClock>();
        return http.Response.WriteAsJsonAsync(new { now = clock.GetUtcNow().UtcDateTime, offset = XmlConvert.ToString(clock.Offset) });
    }

    /// <summary>Takes <c>{"advance": "P30D"}</c>, an ISO 8601 duration; months and years are those of the calendar from now.</summary>
    public static async Task Advance(HttpContext http)
    {
        var now = http.RequestServices.GetRequiredService<BusinessClock>().GetUtcNow();
        try
        {
            var body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            var by = Duration((string?)body?["advance"] ?? "", now);
            await http.RequestServices.GetRequiredService<ClockOffset>().AdvanceAsync(by, http.RequestAborted);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or UnparsableValueException
            or ArgumentOutOfRangeException or OverflowException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new { error = "Send {\"advance\": \"P30D\"}: an ISO 8601 duration above zero. Business time never goes back." });
            return;
        }

        await Read(http);
    }

    private static TimeSpan Duration(string text, DateTimeOffset now)
    {
        var from = LocalDateTime.FromDateTime(now.UtcDateTime);
        return (from + PeriodPattern.NormalizingIso.Parse(text).GetValueOrThrow()).ToDateTimeUnspecified() - from.ToDateTimeUnspecified();
    }
}

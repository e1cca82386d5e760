using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Observability;

/// <summary>
/// What a person has to look at: an error in the log under a name that stays, and a count that a monitor can watch
/// (nxloy.alerts). docs/telemetry.md lists the names.
/// </summary>
public sealed partial class Alerts(ILogger<Alerts> logger)
{
    /// <param name="name">In snake_case, e.g. <c>erasure_unapproved</c>.</param>
    /// <param name="business">Whose people have to act.</param>
    /// <param name="subject">The id of what it is about, e.g. of the erasure.</param>
    /// <param name="detail">Numbers and names of tables; never personal data.</param>
    public void Raise(string name, Guid business, Guid subject, string detail)
    {
        Telemetry.Alerts.Add(1, new KeyValuePair<string, object?>("alert", name));
        Log.Raised(logger, name, business, subject, detail);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 900, EventName = "Alert", Level = LogLevel.Error, Message = "Alert {Name} for business {Business}, {Subject}: {Detail}")]
        public static partial void Raised(ILogger logger, string name, Guid business, Guid subject, string detail);
    }
}

namespace NxLoy.Functions.Activity;

/// <summary>What is to become of an event that came over the bus.</summary>
public abstract record MessageVerdict
{
    /// <summary>It has had its effect.</summary>
    public sealed record Done : MessageVerdict;

    /// <summary>It can never succeed as it is, or had its time.</summary>
    /// <param name="Code">Stable.</param>
    /// <param name="Detail">For people; repeats no value. Cut behind a sentence where it is long.</param>
    public sealed record Never(string Code, string? Detail = null) : MessageVerdict
    {
        /// <summary>The first faults say enough.</summary>
        public const int LongestDetail = 1000;

        private const string More = " And more.";

        public string? Detail { get; } = Cut(Detail);

        private static string? Cut(string? detail) =>
            detail is null || detail.Length <= LongestDetail ? detail
            : detail.LastIndexOf(". ", LongestDetail - More.Length, StringComparison.Ordinal) is > 0 and var end ? detail[..(end + 1)] + More
            : detail[..(char.IsHighSurrogate(detail[LongestDetail - 1]) ? LongestDetail - 1 : LongestDetail)];
    }

    /// <summary>It may succeed later.</summary>
    /// <param name="Code">Why it has not yet, and why it is dead when its time is over.</param>
    /// <param name="Patience">For how long it is tried; null for no end.</param>
    /// <param name="Tries">How often; null for no end.</param>
    public sealed record Later(string Code, TimeSpan? Patience, int? Tries = null) : MessageVerdict;

    /// <summary>The database is away, which says nothing of the event: the bus delivers it again.</summary>
    public sealed record GiveBack : MessageVerdict;
}

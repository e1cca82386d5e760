namespace NxLoy.Functions.Activity;

/// <summary>What is to become of a message.</summary>
public abstract record MessageVerdict
{
    /// <summary>It has had its effect.</summary>
    public sealed record Done : MessageVerdict;

    /// <summary>It can never succeed, or had its time.</summary>
    /// <param name="Reason">A stable code.</param>
    /// <param name="Detail">For people; repeats no value. Cut behind a sentence where it is long.</param>
    public sealed record DeadLetter(string Reason, string? Detail = null) : MessageVerdict
    {
        /// <summary>Service Bus refuses to dead-letter anything with more than 4,096 characters, and the first faults say enough.</summary>
        public const int LongestDetail = 1000;

        private const string More = " And more.";

        public string? Detail { get; } = Cut(Detail);

        private static string? Cut(string? detail) =>
            detail is null || detail.Length <= LongestDetail ? detail
            : detail.LastIndexOf(". ", LongestDetail - More.Length, StringComparison.Ordinal) is > 0 and var end ? detail[..(end + 1)] + More
            : detail[..LongestDetail];
    }

    /// <summary>It may succeed later.</summary>
    /// <param name="Reason">The code it is dead-lettered with when its time is over.</param>
    /// <param name="Patience">For how long; null for no end.</param>
    public sealed record Later(string Reason, TimeSpan? Patience) : MessageVerdict;

    /// <summary>Something went wrong that says nothing of the message: the bus counts, and delivers it again.</summary>
    public sealed record GiveBack : MessageVerdict;
}

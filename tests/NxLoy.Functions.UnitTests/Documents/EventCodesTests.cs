using System.Text.RegularExpressions;
using NxLoy.Functions.UnitTests.Architecture;

namespace NxLoy.Functions.UnitTests.Documents;

/// <summary>docs/problems.md lists every code that an event can be answered with, found where events are judged.</summary>
public sealed partial class EventCodesTests
{
    // Where events are read, judged and recorded; how messages are received has codes of its own.
    private static readonly string[] Judges = ["Rules.cs", "/EventParser.cs", "/RecordEvents.cs", "/RecordTransactions.cs"];

    [Fact]
    public void Codes_AreAllListedAndNothingElse()
    {
        var used = Source.App.Texts()
            .Where(text => text.File.StartsWith("Activity/", StringComparison.Ordinal) && Judges.Any(text.File.EndsWith) && Code().IsMatch(text.Text))
            .Select(text => text.Text).Append("business_closed").Distinct().ToList(); // the problem's own, for each event

        Assert.Contains("refund_exceeds_sale", used);
        Markdown.Agree(Documented(), used, "problems.md");
    }

    private static IEnumerable<string> Documented() =>
        from line in File.ReadAllLines(Path.Combine(Source.Root, "docs", "problems.md")).SkipWhile(line => line != "## Events")
        where line.StartsWith("| `", StringComparison.Ordinal)
        from Match code in Quoted().Matches(line.Split('|')[2])
        select code.Groups[1].Value;

    [GeneratedRegex("^([a-z]+(_[a-z]+)+|superseded)$")]
    private static partial Regex Code();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Quoted();
}

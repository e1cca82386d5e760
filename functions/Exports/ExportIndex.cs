using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>
/// index.html, the page for people: what is in the package, and what Article 15 asks to be told beside the data
/// themselves, from the business's settings.
/// </summary>
internal static class ExportIndex
{
    public const string FileName = "index.html";

    private const string Style =
        "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
        + "td,th{border:1px solid #999;padding:.2em .6em;text-align:left}h2{margin-top:2em}";

    public static async Task<string> WriteAsync(
        BusinessDatabase database, ExportRow row, IReadOnlyList<ManifestSection> sections, DateTimeOffset packedAt, CancellationToken cancellation)
    {
        var html = new StringBuilder($"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Your data</title><style>{Style}</style></head><body>\n<h1>Your data</h1>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p>{Introduction(row.ExportType)} Put together on {Time(packedAt)}, as export {row.Id}.</p>\n");
        foreach (var id in row.BusinessIds)
        {
            var business = await database.FindAsync<Controller>(
                id,
                """
                select name, privacy_contact as privacycontact, processing_purposes as purposes, retention_months as retentionmonths
                from businesses
                where id = @id
                """,
                new { id }, cancellation);
            Write(html, row.ExportType, business!, [.. sections.Where(section => section.BusinessId == id)]);
        }

        return html.Append("</body></html>\n").ToString();
    }

    private static string Introduction(ExportType type) => type switch
    {
        ExportType.GDPR_FULL => "This is everything that is kept about you.",
        ExportType.GDPR_BASIC => "This is your profile and what you bought. Ask for a full export to have everything that is kept about you.",
        _ => "These are figures of the groups of customers that you are in. None of them is yours alone: groups of fewer than five people are left out.",
    };

    private static void Write(StringBuilder html, ExportType type, Controller business, IReadOnlyList<ManifestSection> sections)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(business.Name)}</h2>\n<table><tr><th>What</th><th>Rows</th><th>As of</th><th>Files</th></tr>\n");
        foreach (var section in sections)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Encode(ExportSections.Find(section.Name).Title)}</td><td>{section.Rows}</td><td>{Time(section.AsOf)}</td><td><a href=\"{section.Csv}\">table (CSV)</a>, <a href=\"{section.Json}\">JSON</a></td></tr>\n");
        }

        html.Append("</table>\n");
        if (type == ExportType.BUSINESS_ANALYTICS)
        {
            return;
        }

        Term("Whom to ask", [business.PrivacyContact ?? "Ask the business itself: it has named no contact for privacy."]);
        Term("Why your data are processed", business.Purposes is { Length: > 0 } purposes ? purposes : ["The business has stated no purposes here. Ask it."]);
        Term("How long they are kept", [business.RetentionMonths is { } months
            ? string.Create(CultureInfo.InvariantCulture, $"{months} months after your last activity.")
            : "The business has stated no period here. Ask it."]);
        Term("Who receives them", ["The business's staff, and the systems that it lets work with its customers' data: its tills, its loyalty programme, and what it sends messages with. Each is told what it needs."]);
        Term("Where they come from", ["From you, from the business's staff, from its tills and its loyalty programme, and, as far as figures are concerned, from computing with those."]);
        Term("How decisions are computed", [
            "Tier: from what you spent, how often you bought, or your points, in a period that the business chooses, against thresholds of the business. A tier reached is kept for some time after the figures fall; staff can give one by hand.",
            "Segments: groups that you fall into by rules of the business, such as how much or when you last bought. The rules stand in the section on segments.",
            "Value: an estimate of what you will buy, from when and for how much you bought so far, by a statistical model of all customers of the business."]);
        Term("Your rights", [
            "You can ask the business to correct your data, to erase them, to restrict what it does with them, or to hand them over, and object to advertising at any time.",
            "You can complain to the data protection authority of where you live or work, or of where you think the law was broken."]);
        html.Append("<p>Staff and other customers are named by their role only. The file manifest.json holds the SHA-256 of every file here.</p>\n");

        void Term(string title, IReadOnlyList<string> sentences) =>
            html.Append(CultureInfo.InvariantCulture, $"<h3>{title}</h3>\n<ul>{string.Concat(sentences.Select(sentence => $"<li>{Encode(sentence)}</li>"))}</ul>\n");
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private sealed record Controller
    {
        public required string Name { get; init; }
        public required string? PrivacyContact { get; init; }
        public required string[] Purposes { get; init; }
        public required int? RetentionMonths { get; init; }
    }
}

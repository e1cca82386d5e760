namespace NxLoy.Functions.Activity;

/// <summary>
/// Ids that other systems gave, by the forms they have here: an erasure may have taken one that named somebody, and the
/// same thing told again is still the same. What is new of an erased customer never comes in under an id that may name it.
/// </summary>
internal sealed class RecordedIds
{
    private readonly Dictionary<string, string> forms;

    private RecordedIds(Dictionary<string, string> forms) => this.forms = forms;

    /// <summary>As they were told, each once.</summary>
    public IEnumerable<string> Told => forms.Keys;

    /// <summary>Every id that may be recorded for one of those told.</summary>
    public string[] Candidates => [.. forms.Keys, .. forms.Values];

    public static RecordedIds Of(ErasedIds erased, Guid business, IEnumerable<string> ids) =>
        new(ids.Distinct(StringComparer.Ordinal).ToDictionary(id => id, id => erased.Of(business, id), StringComparer.Ordinal));

    /// <summary>The id that is, or is to be, recorded.</summary>
    /// <param name="id">As it was told; what is no id stays what it is.</param>
    /// <param name="recorded">Which of <see cref="Candidates"/> are recorded.</param>
    /// <param name="isErased">It is of an erased customer.</param>
    public string Kept(string id, IReadOnlySet<string> recorded, bool isErased) =>
        forms.TryGetValue(id, out var form) && (recorded.Contains(form) || isErased && !recorded.Contains(id)) ? form : id;
}

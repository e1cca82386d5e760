using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>An order of the list: a key with an index of its own, then the id.</summary>
/// <param name="Name">As in the parameter <c>sort</c>, without the sign.</param>
/// <param name="IsDescending">With <c>-</c> before the name.</param>
public sealed record CustomerSort(string Name, bool IsDescending)
{
    /// <summary>Newest first.</summary>
    public static CustomerSort Default { get; } = new("created", IsDescending: true);

    private static readonly string[] Names = ["name", "created", "lastVisit", "totalSpent"];

    public static CustomerSort? Read(Fields fields)
    {
        if (fields.Text("sort", 20) is not { } text)
        {
            return null;
        }

        var name = text.TrimStart('-');
        if (text.Length - name.Length <= 1 && Names.Contains(name, StringComparer.Ordinal))
        {
            return new CustomerSort(name, text != name);
        }

        fields.Fault("sort", "not_one_of", $"This must be one of {string.Join(", ", Names)}, with - before it for descending.");
        return null;
    }
}

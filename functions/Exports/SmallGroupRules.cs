namespace NxLoy.Functions.Exports;

/// <summary>
/// Which figures of groups may be shown beside the figure of all. A group of a few people says something of each of them,
/// and what is left out can be had back by subtracting what is shown from the whole. So groups under
/// <see cref="Smallest"/> are left out, and of the others so many, the smallest first, that what is left out is itself no
/// small group and no single one.
/// </summary>
public static class SmallGroupRules
{
    /// <summary>People; figures of fewer are not shown.</summary>
    public const int Smallest = 5;

    /// <summary>The whole itself may be shown.</summary>
    public static bool MayShowWhole(IReadOnlyList<int> sizes) => sizes.Sum() >= Smallest;

    /// <param name="sizes">Of all groups that the whole is parted into, 0 or more.</param>
    /// <returns>For each of them whether its figures may be shown.</returns>
    public static IReadOnlyList<bool> MayShow(IReadOnlyList<int> sizes)
    {
        var shown = sizes.Select(size => size >= Smallest).ToArray();
        var inOrder = Enumerable.Range(0, sizes.Count).OrderBy(group => sizes[group]).ToList();
        while (GivesAway(sizes, shown) && inOrder.Find(group => shown[group]) is var next && shown[next])
        {
            shown[next] = false;
        }

        return shown;
    }

    // Empty groups hide nobody behind them.
    private static bool GivesAway(IReadOnlyList<int> sizes, bool[] shown)
    {
        var hidden = sizes.Where((size, group) => size > 0 && !shown[group]).ToList();
        return hidden.Count == 1 || (hidden.Count > 0 && hidden.Sum() < Smallest);
    }
}

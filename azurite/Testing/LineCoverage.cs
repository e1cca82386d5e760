using System.Globalization;
using System.Xml.Linq;

namespace NxLoy.Functions.LocalStack.Testing;

/// <summary>Lines that some test of some project went through, from the Cobertura files of all of them.</summary>
internal sealed class LineCoverage
{
    public const double Required = 80;

    /// <summary>What must have been measured: the collector leaves out what it cannot read, and then anything is 100 %.</summary>
    public static IReadOnlyList<string> Measured { get; } = ["NxLoy.Functions", "NxLoy.Functions.Embedded"];

    private readonly Dictionary<string, Dictionary<(string File, int Line), bool>> assemblies = [];

    /// <summary>Percent of all lines of all assemblies; 0 when nothing was measured.</summary>
    public double Total => Percent(assemblies.Values.SelectMany(lines => lines.Values));

    public IEnumerable<string> Missing => Measured.Where(name => !assemblies.TryGetValue(name, out var lines) || lines.Count == 0);

    public IEnumerable<(string Assembly, double Percent, int Lines)> PerAssembly =>
        assemblies.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => (a.Key, Percent(a.Value.Values), a.Value.Count));

    public static LineCoverage Read(IEnumerable<string> files)
    {
        var coverage = new LineCoverage();
        foreach (var package in files.SelectMany(file => XDocument.Load(file).Descendants("package")))
            coverage.Add(package);

        return coverage;
    }

    private void Add(XElement package)
    {
        var name = (string)package.Attribute("name")!;
        if (!assemblies.TryGetValue(name, out var lines))
            assemblies[name] = lines = [];

        foreach (var @class in package.Descendants("class"))
        {
            var file = (string)@class.Attribute("filename")!;
            foreach (var line in @class.Descendants("line"))
            {
                var key = (file, (int)line.Attribute("number")!);
                var hit = (long)line.Attribute("hits")! > 0;
                lines[key] = hit || lines.GetValueOrDefault(key);
            }
        }
    }

    private static double Percent(IEnumerable<bool> hits)
    {
        var all = hits.ToList();
        return all.Count == 0 ? 0 : 100.0 * all.Count(hit => hit) / all.Count;
    }

    /// <summary>One line an assembly and one for all of them.</summary>
    public string Describe() => string.Join(
        Environment.NewLine,
        PerAssembly.Append(("together", Total, assemblies.Values.Sum(lines => lines.Count)))
            .Select(a => string.Create(CultureInfo.InvariantCulture, $"  {a.Item2,5:0.0} % of {a.Item3,6} lines  {a.Item1}")));
}

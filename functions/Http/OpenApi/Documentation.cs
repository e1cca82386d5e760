using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>
/// What the code's documentation comments say of types and properties, from the XML file that the compiler writes beside
/// the assembly. Where that file is left out, the API's description goes without these sentences.
/// </summary>
internal sealed partial class Documentation
{
    private readonly Dictionary<string, XElement> members;

    public Documentation(string file) => members = File.Exists(file)
        ? XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value)
        : [];

    public static Documentation OfThisApp() => new(Path.ChangeExtension(typeof(Documentation).Assembly.Location, ".xml"));

    public string? Of(Type type) => Text(members.GetValueOrDefault($"T:{NameOf(type)}")?.Element("summary"));

    /// <summary>Of a property: its own comment, or the one on the parameter of a positional record.</summary>
    public string? Of(Type type, string property) =>
        Text(members.GetValueOrDefault($"P:{NameOf(type)}.{property}")?.Element("summary"))
        ?? Text(members.GetValueOrDefault($"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == property));

    private static string NameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string? Text(XElement? element) => element is null ? null
        : Spaces().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } reference => reference.Attribute("cref")?.Value.Split('.')[^1] ?? reference.Attribute("langword")?.Value ?? "",
        XElement element => element.Attribute("name")?.Value ?? element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

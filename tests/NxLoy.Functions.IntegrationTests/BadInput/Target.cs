using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Api;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>An operation with a request that would succeed: what is sent in its place differs in one thing.</summary>
/// <param name="Valid">Never sent before the others: their refusal leaves it possible.</param>
internal sealed record Target(Described Operation, Stage Stage, Sent Valid)
{
    /// <summary>Prepares what the operation's scenario needs, in a business of its own.</summary>
    /// <param name="role">As whom it will be sent, where that decides what it needs.</param>
    public static async Task<Target> OfAsync(TestApp app, Described operation, string? role = null)
    {
        var stage = new Stage(app, await app.GivenBusinessAsync()) { Role = role };
        var call = await Scenarios.All[operation.Name].Succeed(stage);
        Guid[] businesses = call.AlsoNames is { } other ? [stage.Business, other] : [stage.Business];
        var token = operation.Role is not { } first ? null : TestApp.Token(first, businesses);
        return new Target(operation, stage, new Sent(operation.Method, call.Path)
        {
            Token = token,
            Headers = operation.HeadersFor(stage.Business),
            Body = call.Body is null ? null : Encoding.UTF8.GetBytes(call.Body is Typed typed ? typed.Text : JsonSerializer.Serialize(call.Body, JsonSerializerOptions.Web)),
            ContentType = call.Body is Typed { ContentType: var type } ? type : "application/json",
        }) { Businesses = businesses, About = call.About };
    }

    /// <summary>What the request's token names.</summary>
    public required IReadOnlyList<Guid> Businesses { get; init; }

    /// <summary>The customer whom the request concerns, where its path names none.</summary>
    public Guid? About { get; init; }

    /// <summary>The valid body's fields as they are written in JSON.</summary>
    public IReadOnlyDictionary<string, string> Fields => Valid.Body is null ? new Dictionary<string, string>()
        : JsonNode.Parse(Valid.Body)!.AsObject().ToDictionary(one => one.Key, one => one.Value?.ToJsonString() ?? "null");

    /// <summary>The request with one field set to a raw JSON text, which need not be valid.</summary>
    public Sent WithField(string name, string json)
    {
        var fields = new Dictionary<string, string>(Fields) { [name] = json };
        return Valid with { Json = Write(fields) };
    }

    /// <summary>The request with its path parameter, as it stands in the request line, replaced.</summary>
    public Sent WithPath(string parameter, string raw)
    {
        var template = Operation.Path.Split('/');
        var segments = Valid.Target.Split('?')[0].Split('/');
        segments[Array.IndexOf(template, $"{{{parameter}}}")] = raw;
        return Valid with { Target = string.Join('/', segments) };
    }

    public Sent WithQuery(string query) => Valid with { Target = Valid.Target.Split('?')[0] + "?" + query };

    private static string Write(Dictionary<string, string> fields) =>
        "{" + string.Join(",", fields.Select(field => $"{JsonSerializer.Serialize(field.Key)}:{field.Value}")) + "}";

    /// <summary>What the valid request has in the place of a path parameter.</summary>
    public string InPath(string parameter) => Valid.Target.Split('?')[0].Split('/')[Array.IndexOf(Operation.Path.Split('/'), $"{{{parameter}}}")];

    /// <summary>The header that chooses the business, with another value.</summary>
    public Sent ForBusiness(string value) => Valid.With(Caller.BusinessHeader, value);
}

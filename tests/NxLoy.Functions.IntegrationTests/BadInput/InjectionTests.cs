using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>
/// Texts that mean something to SQL, shells, paths and pages, in every place that takes a text: either refused or kept
/// letter for letter, and never anything else than a text.
/// </summary>
public sealed class InjectionTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    public static TheoryData<string> Functions =>
        [.. Described.All.Where(operation => Places(operation).Any()).Select(operation => operation.Name).Order()];

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Text_ThatWouldBeACommandElsewhere_IsNothingButText(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));
        var other = await World.MakeAsync(app.App, "bystander");
        var before = await app.Tables.ReadAsync(other.Business);
        var failures = new List<string>();
        foreach (var (text, place, sent) in from text in Hostile.Injections from place in Places(target.Operation) select (text, place.Name, place.Sent(target, text)))
        {
            var answer = await app.Wire.SendAsync(sent);
            if (FaultIn(answer, sent, place, text, other) is { } fault)
            {
                failures.Add($"{place} = {text}: {answer.Code} {answer.Text}\n  {fault}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Null(AttackedApp.Change(before, await app.Tables.ReadAsync(other.Business)));
    }

    private static IEnumerable<(string Name, Func<Target, string, Sent> Sent)> Places(Described operation) =>
    [
        .. operation.Fields.Where(field => field.Type == "string").Select(field => (field.Name, (Func<Target, string, Sent>)((target, text) => WithText(target, field.Name, text)))),
        .. operation.Fields.Where(field => field.Type == "array").Select(field => (field.Name + "/0", (Func<Target, string, Sent>)((target, text) => target.WithField(field.Name, JsonSerializer.Serialize(new[] { text }))))),
        .. operation.QueryParameters.Select(parameter => ("?" + parameter.Name, (Func<Target, string, Sent>)((target, text) => target.WithQuery($"{parameter.Name}={Uri.EscapeDataString(text)}")))),
        .. operation.PathParameters.Where(parameter => parameter.Format != "uuid").Select(parameter => ("{" + parameter.Name, (Func<Target, string, Sent>)((target, text) => target.WithPath(parameter.Name, Uri.EscapeDataString(text))))),
        .. operation.TakesIdempotencyKey ? [("Idempotency-Key", (target, text) => target.Valid.With("Idempotency-Key", string.Concat(text.Where(char.IsAscii).Where(letter => !char.IsControl(letter))) + "x"))] : (IEnumerable<(string, Func<Target, string, Sent>)>)[],
    ];

    // What has to be there, and what has to be new each time, beside the text.
    private static Sent WithText(Target target, string name, string text)
    {
        var required = target.Operation.Body!["required"]?.AsArray().Select(field => (string)field!).ToHashSet() ?? [];
        var body = new JsonObject(target.Fields.Where(field => required.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, JsonNode.Parse(field.Value))));
        if (body.ContainsKey("email"))
        {
            body["email"] = Given.Email();
        }

        body[name] = text;
        return target.Valid with { Json = body.ToJsonString() };
    }

    private static string? FaultIn(Answer answer, Sent sent, string place, string text, World other)
    {
        if (answer.Code >= 500 || (answer.Code >= 400 && answer.Problem is null && !sent.Target.Contains("%00", StringComparison.Ordinal)))
        {
            return "is no refusal as it should be";
        }

        if (other.ShownIn(answer, sent.ToString()) is { } shown)
        {
            return $"shows {shown} of another business";
        }

        try
        {
            TestApp.Contract.Check(new HttpMethod(sent.Method), sent.Target, sent.Body is null ? null : Encoding.UTF8.GetString(sent.Body), sent.ContentType, answer);
        }
        catch (XunitException unlike)
        {
            return unlike.Message;
        }

        return answer.Code is 200 or 201 && answer.Json.TryGetPropertyValue(place, out var kept) && kept?.GetValueKind() == JsonValueKind.String && place is not ("phone" or "referredBy") && (string)kept! != text.Trim()
            ? "is not what was sent" : null;
    }
}

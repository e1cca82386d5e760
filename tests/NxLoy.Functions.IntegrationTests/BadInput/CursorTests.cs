using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Every list of the API's description, asked to go on from a cursor that is not its own.</summary>
public sealed class CursorTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    public static TheoryData<string> Lists => [.. All.Select(operation => operation.Name)];

    private static IEnumerable<Described> All => Described.All.Where(operation => operation.QueryParameters.Concat(operation.Fields).Any(asked => asked.Name == "cursor"));

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Cursor_ThatIsNotThisLists_IsRefused(string function)
    {
        var operation = Described.Of(function);
        var (world, other) = (await World.MakeAsync(app.App, "mine"), await World.MakeAsync(app.App, "theirs"));
        var own = await FirstCursorAsync(operation, world, "someone");
        var refused = MadeUp(own).ToList();
        refused.Add(("another caller's", await FirstCursorAsync(operation, world, "someone else")));
        refused.Add(("another tenant's", await FirstCursorAsync(operation, other, "someone")));
        foreach (var list in All.Where(list => Family(list) != Family(operation)))
        {
            refused.Add(($"the cursor of {list}", await FirstCursorAsync(list, world, "someone")));
        }

        await app.RefusesAsync(
        [
            .. refused.Select(cursor => new Attack(cursor.Name, Ask(operation, world, "someone", cursor.Cursor), ["400 invalid_cursor"], operation.IsObject ? "/cursor" : "cursor")),
            .. OfAnotherQuery(operation, world, own),
        ]);

        var next = (await app.Wire.SendAsync(Ask(operation, world, "someone", own))).Expect(200);
        Assert.NotEmpty(next.Json["items"]!.AsArray());
    }

    // GET and its POST .../search are one list, asked in two ways.
    private static string Family(Described list) => list.Path.Replace("/search", "", StringComparison.Ordinal);

    private static IEnumerable<Attack> OfAnotherQuery(Described operation, World world, string own)
    {
        var asked = operation.QueryParameters.Concat(operation.Fields).FirstOrDefault(filter => filter.Choices.Count > 0);
        if (asked is null && !operation.PathParameters.Any())
        {
            yield break; // a business has but one such list
        }

        var request = asked is null
            ? Ask(operation, world with { Customer = world.Referred }, "someone", own) // its only filter is whose list it is
            : Ask(operation, world, "someone", own, (asked.Name, asked.Choices[0]));
        yield return new("another query's", request, ["400 invalid_cursor"]);
    }

    private static IEnumerable<(string Name, string Cursor)> MadeUp(string own)
    {
        var bytes = Base64Url.DecodeFromChars(own);
        foreach (var text in (string[])["x", "null", "1", "A", "AAAA", "////", "....", "e30", own + own, "A" + own, own.ToUpperInvariant(), own[1..], own[..^1], own[..^4], own[..(own.Length / 2)], own[..16], own + "AAAA", new('A', 4096)])
        {
            yield return ($"made up: {(text.Length < 20 ? text : text[..20])}", text);
        }

        yield return ("random bytes", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(64)));
        yield return ("readable", Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""{"id":"00000000-0000-0000-0000-000000000000"}""")));
        for (var at = 0; at < bytes.Length; at += 7)
        {
            var flipped = bytes.ToArray();
            flipped[at] ^= 1;
            yield return ($"bit flipped at {at}", Base64Url.EncodeToString(flipped));
        }
    }

    private async Task<string> FirstCursorAsync(Described list, World world, string subject)
    {
        var page = (await app.Wire.SendAsync(Ask(list, world, subject, null))).Expect(200);
        Assert.True(page.Json["nextCursor"] is not null, $"{list} has one page only: give World more of what it lists.");
        return (string)page.Json["nextCursor"]!;
    }

    private static Sent Ask(Described list, World world, string subject, string? cursor, params (string Name, string Value)[] filters)
    {
        var asked = filters.Concat(cursor is null ? [] : [("cursor", cursor)]).ToDictionary(one => one.Item1, one => (object)one.Item2);
        asked["limit"] = 1;
        if (list.Fields.Any(field => field.Name == "thresholds"))
        {
            asked["thresholds"] = Given.Thresholds(silver: 0); // which everybody reaches
        }

        var path = world.PathOf(list);
        var request = list.IsObject ? new Sent(list.Method, path) { Json = JsonSerializer.Serialize(asked) }
            : new Sent(list.Method, path + "?" + string.Join('&', asked.Select(one => $"{one.Key}={one.Value}")));
        return request with { Token = TestApp.Token(list.Roles.Contains("compliance") ? "compliance" : list.Role!, [world.Business], subject) };
    }
}

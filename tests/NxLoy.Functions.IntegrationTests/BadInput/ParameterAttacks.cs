using System.Globalization;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Paths, query parameters and headers that no operation accepts.</summary>
internal static class ParameterAttacks
{
    private static readonly string[] Invalid = ["400 invalid_request"];
    private static readonly string[] NotFound = ["404 not_found"];

    public static IEnumerable<Attack> On(Target target) =>
        [.. target.Operation.PathParameters.SelectMany(parameter => Path(target, parameter)), .. Query(target), .. Headers(target)];

    private static IEnumerable<Attack> Path(Target target, Asked parameter)
    {
        // The server itself refuses a path that holds NUL or a request line of more than 8 KiB, before any function hears of it.
        yield return new($"{parameter.Name}: NUL", target.WithPath(parameter.Name, "a%00b"), ["400"]);
        yield return new($"{parameter.Name}: a million characters", target.WithPath(parameter.Name, new string('9', 1_000_000)), ["414"]);
        if (parameter.Format != "uuid")
        {
            foreach (var text in (string[])["%ED%A0%80", "%FF", "%C3%28", "%0A", "%7F", new('x', 5000), "%20"])
            {
                yield return new($"{parameter.Name}: {(text.Length < 20 ? text : "long")}", target.WithPath(parameter.Name, text), Invalid, parameter.Name);
            }

            yield break;
        }

        var id = Guid.NewGuid().ToString();
        foreach (var text in (string[])["42", "-1", id[..^1], id + "0", id.Replace('-', '_'), "null", "undefined", "%20", "*", "%2A", "...", "..%2f..", "..%5c..", "%FF", "%ED%A0%80",
            "%C0%AE", "%EF%BC%90" + id[1..], Uri.EscapeDataString(id + "'--"), id + ";a=b", id + "%0d%0aA:b", new('9', 5000), .. Hostile.Injections.Select(Uri.EscapeDataString)])
        {
            yield return new($"{parameter.Name}: {(text.Length < 60 ? text : "long")}", target.WithPath(parameter.Name, text), text == "%2500" ? [.. NotFound, "400"] : NotFound);
        }

        yield return new($"{parameter.Name}: nobody's", target.WithPath(parameter.Name, id), NotFound);
        yield return new($"{parameter.Name}: nothing but zeros", target.WithPath(parameter.Name, Guid.Empty.ToString()), NotFound);
    }

    private static IEnumerable<Attack> Query(Target target)
    {
        foreach (var name in (string[])["surelyUnknown", "__proto__", "%00", "%ED%A0%80", "a%26b", "business_id", "api-version"])
        {
            yield return new($"query {name}", target.WithQuery(name + "=1"), Invalid, Uri.UnescapeDataString(name));
        }

        foreach (var parameter in target.Operation.QueryParameters)
        {
            foreach (var value in (string[])["%00", "a%00b", .. parameter.Type == "integer" ? ["x", "1e3", "-1", "0.5", "", "99999999999999999999", "%EF%BC%91"] : (string[])[], .. parameter.Choices.Count > 0 ? ["x"] : (string[])[], new('x', 5000)])
            {
                yield return new($"query {parameter.Name}={(value.Length < 30 ? value : "long")}", target.WithQuery($"{parameter.Name}={value}"), Invalid, parameter.Name);
            }

            yield return new($"query {parameter.Name} twice", target.WithQuery($"{parameter.Name}=1&{parameter.Name}=1"), Invalid, parameter.Name);
        }
    }

    private static IEnumerable<Attack> Headers(Target target)
    {
        if (target.Operation.NeedsIfMatch)
        {
            yield return new("no If-Match", target.Valid.With("If-Match", null), ["428 if_match_missing"]);
            foreach (var tag in (string[])["\"4711\"", "\"0\"", "\"-1\"", "W/\"1\"", "1", "\"1", "garbage", "\"*\"", "\"1\"\"1\"", "\"9223372036854775808\"", new('x', 5000), "' or 1=1"])
            {
                yield return new($"If-Match {(tag.Length < 30 ? tag : "long")}", target.Valid.With("If-Match", tag), ["412 stale_version"]);
            }
        }

        if (target.Operation.TakesIdempotencyKey)
        {
            foreach (var length in (int[])[256, 5000])
            {
                yield return new($"Idempotency-Key of {length.ToString(CultureInfo.InvariantCulture)}", target.Valid.With("Idempotency-Key", new string('k', length)), Invalid, "Idempotency-Key");
            }
        }

        if (target.Operation.Roles.Count > 0)
        {
            foreach (var business in (string[])[Guid.NewGuid().ToString(), Guid.Empty.ToString(), "*", "x", "' or 1=1", $"{target.Stage.Business},{target.Stage.Business}", target.Stage.App.Business.ToString()])
            {
                yield return new($"business {business}", target.ForBusiness(business), NotFound);
            }
        }
    }
}

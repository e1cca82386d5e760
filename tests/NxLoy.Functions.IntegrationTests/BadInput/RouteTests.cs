using System.Text.RegularExpressions;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Methods and addresses that the API's description does not know.</summary>
public sealed partial class RouteTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "LINK", "get", "X"];

    private static IEnumerable<(string Path, string[] Methods)> Known => Described.All
        .GroupBy(operation => operation.Path)
        .Select(same => (Placeholder().Replace(same.Key, parameter => parameter.Value is "{tag}" ? "x" : Guid.NewGuid().ToString()), same.Select(operation => operation.Method).ToArray()));

    [Fact]
    public async Task Method_ThatAnAddressDoesNotTake_Is405NamingThoseItTakes()
    {
        foreach (var (path, known) in Known)
        {
            await app.RefusesAsync(Methods.Except(known).Where(method => !known.Contains(method.ToUpperInvariant())).Select(method =>
                new Attack($"{method} {path}", new Sent(method, path), ["405 method_not_allowed"])));
            Assert.Equal(known.Order(), (await app.Wire.SendAsync(new Sent("X", path))).Expect(405).AllowedMethods.Order());
            Assert.Equal("", (await app.Wire.SendAsync(new Sent("HEAD", path))).Expect(405).Text);
        }
    }

    [Fact]
    public async Task Address_ThatNobodyKnows_Is404WhateverTheMethodAndToken()
    {
        var paths = Known.SelectMany(known => (string[])[known.Path + "/surely-unknown", known.Path + "x/y", known.Path.Replace("/v1", "/v2/x", StringComparison.Ordinal) + "/x", known.Path + "/%2e%2e%2f", known.Path + ";a=b/c"])
            .Concat(["/api", "/api/", "/api//", "/api/v1", "/api/v1/", "/api/v1//customers", "/api/.git/config", "/api/swagger/index.html", "/api/%", "/api/%zz", "/api/\\", "/api/v1/customers%2Fx", "/api/v1/customers/%00x"]);

        await app.RefusesAsync(
            from path in paths
            from method in (string[])["GET", "POST", "PROPFIND"]
            select new Attack($"{method} {path}", new Sent(method, path) { Token = "x" }, path.Contains("%00", StringComparison.Ordinal) ? ["400"] : ["404 not_found"]));
    }

    [Fact]
    public async Task MethodOverride_IsPassedOver() => await app.RefusesAsync(
        from header in (string[])["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"]
        select new Attack(header, new Sent("POST", $"/api/v1/customers/{Guid.NewGuid()}").With(header, "DELETE"), ["405 method_not_allowed"]));

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();
}

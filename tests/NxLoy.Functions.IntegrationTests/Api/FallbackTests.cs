using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>What no function answers is a problem document too.</summary>
public sealed class FallbackTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Id = "01890a5d-ac96-774b-bcce-b302099a8057";

    [Theory]
    [InlineData("/api/v1/no-such-thing")]
    [InlineData("/api/v2/customers")]
    [InlineData("/api/")]
    [InlineData("/api")]
    [InlineData("/api/v1/customers/not-an-id")]
    [InlineData("/api/v1/customers/not-an-id/restore")]
    public async Task Get_UnknownPath_Is404ProblemWithoutAToken(string path)
    {
        var answer = (await app.Anonymous().GetAsync(path)).Expect(404);

        Assert.Equal("not_found", answer.Problem);
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/customers", "POST")]
    [InlineData("POST", "/api/v1/customers/" + Id, "DELETE, GET, PATCH, PUT")]
    [InlineData("OPTIONS", "/api/v1/customers/" + Id, "DELETE, GET, PATCH, PUT")]
    [InlineData("GET", "/api/v1/customers/" + Id + "/restore/", "POST")]
    [InlineData("POST", "/API/openapi.json", "GET")]
    public async Task KnownPath_OtherMethod_Is405NamingTheMethodsItTakes(string method, string path, string allowed)
    {
        var answer = (await app.As("owner").SendAsync(new HttpMethod(method), path)).Expect(405);

        Assert.Equal("method_not_allowed", answer.Problem);
        var allow = answer.AllowedMethods.Order(StringComparer.Ordinal).ToList();
        Assert.All(allowed.Split(", "), known => Assert.Contains(known, allow));
        Assert.DoesNotContain(method, allow);
    }

    [Theory]
    [InlineData("/api/v1/customers/" + Id, 405)]
    [InlineData("/api/v1/no-such-thing", 404)]
    public async Task Head_IsAnsweredWithoutABody(string path, int status)
    {
        var answer = (await app.As("owner").SendAsync(HttpMethod.Head, path)).Expect(status);

        Assert.Equal("", answer.Text);
    }
}

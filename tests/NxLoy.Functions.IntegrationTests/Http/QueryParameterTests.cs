using System.Text.RegularExpressions;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Http;

public sealed partial class QueryParameterTests(TestApp app) : IClassFixture<TestApp>
{
    public static TheoryData<string> Functions => [.. new Endpoints().All.Where(endpoint => !endpoint.IsCatchAll).Select(endpoint => endpoint.Name)];

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task UnknownParameter_IsNamedByEveryEndpoint(string function)
    {
        var answer = await SendAsync(function, "?surely-unknown=1");

        Assert.Equal((400, "invalid_request"), (answer.Code, answer.Problem));
        Assert.Contains("surely-unknown unknown_parameter", answer.Faults);
    }

    [Fact]
    public async Task UnknownParameter_WithoutAToken_IsStill401() =>
        Assert.Equal(401, (await app.Anonymous().GetAsync($"/api/v1/customers/{Guid.NewGuid()}?x=1")).Code);

    private Task<Answer> SendAsync(string function, string query)
    {
        var endpoint = new Endpoints().Find(function)!;
        var path = "/" + Placeholder().Replace(endpoint.Route.RawText!, match => match.Value.Contains(":guid", StringComparison.Ordinal) ? Guid.NewGuid().ToString() : "x");
        var role = Enum.GetValues<Role>().FirstOrDefault(role => (role & endpoint.Roles) != 0);
        var client = role == Role.None ? app.Anonymous() : app.As(role.ToString().ToLowerInvariant(), Guid.NewGuid().ToString());
        return client.SendAsync(new HttpMethod(endpoint.Methods.DefaultIfEmpty("GET").First()), path + query);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();
}

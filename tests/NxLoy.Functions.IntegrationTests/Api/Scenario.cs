using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>What is sent: the method is the operation's, the caller has the first role that may.</summary>
/// <param name="Path">With its query, if it has one.</param>
/// <param name="Body">Null sends none.</param>
/// <param name="Elsewhere">Businesses that the token names besides the stage's, which is then chosen by header.</param>
public sealed record Call(string Path, object? Body = null, params IReadOnlyList<Guid> Elsewhere);

/// <summary>How an operation is brought to succeed, and to answer the problems of its own.</summary>
/// <param name="Succeed">Prepares what is needed and answers the request that will succeed.</param>
public sealed record Scenario(Func<Stage, Task<Call>> Succeed)
{
    public Scenario(string path, object? body = null) : this(_ => Task.FromResult(new Call(path, body)))
    {
    }

    /// <summary>By code: prepares what is needed and answers the request that will be answered with it.</summary>
    public Dictionary<string, Func<Stage, Task<Call>>> Problems { get; init; } = [];
}

/// <summary>A business of its own for one request.</summary>
public sealed class Stage(TestApp app, Guid business)
{
    public Guid Business => business;

    public TestDatabase Database => app.Database;

    public Task<Answer> CustomerAsync(string? email = null) => app.CustomerAsync(email, business: business);

    /// <summary>The same in another business.</summary>
    public async Task<Stage> ElsewhereAsync() => new(app, await app.GivenBusinessAsync());

    /// <summary>Says that a customer here and one elsewhere are one person, and answers the person.</summary>
    public async Task<Answer> TieAsync(Answer customer, Stage elsewhere, Answer other) =>
        (await app.WithToken(TestApp.Token("compliance", [business, elsewhere.Business])).SendAsync(
            HttpMethod.Put, $"/api/v1/customers/{customer.Id}/person", new { businessId = elsewhere.Business, customerId = other.Id },
            (Caller.BusinessHeader, business.ToString()))).Expect(200);

    public async Task<Answer> DeletedCustomerAsync(string? email = null)
    {
        var customer = await CustomerAsync(email);
        (await As("owner").DeleteAsync($"/api/v1/customers/{customer.Id}")).Expect(204);
        return customer;
    }

    public ApiClient As(string role) => app.AsOf(business, role);
}

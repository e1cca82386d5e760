using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>What is sent: the method is the operation's.</summary>
public sealed record Call(string Path, object? Body = null)
{
    /// <summary>Another business that the caller's token names; the request is about the stage's.</summary>
    public Guid? AlsoNames { get; init; }

    /// <summary>As whom it is sent, where that is not the first role that may.</summary>
    public string? Role { get; init; }

    /// <summary>The customer whom it concerns, where its path names none.</summary>
    public Guid? About { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Asked of an app that has no storage for files.</summary>
    public bool WithoutStorage { get; init; }
}

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
    public TestApp App => app;

    public Guid Business => business;

    /// <summary>As whom the request will be sent, where it matters who asked for what it is about; null for the first role that may.</summary>
    public string? Role { get; init; }

    public Task<Answer> CustomerAsync(string? email = null) => app.CustomerAsync(email, business: business);

    public async Task<Answer> DeletedCustomerAsync(string? email = null)
    {
        var customer = await CustomerAsync(email);
        (await As("owner").DeleteAsync($"/api/v1/customers/{customer.Id}")).Expect(202);
        await app.ForgetErasureAsync(customer.Id);
        return customer;
    }

    public ApiClient As(string role) => app.AsOf(business, role);
}

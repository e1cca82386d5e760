using NxLoy.Functions.IntegrationTests.Fixtures;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>A request that must be refused, and how.</summary>
/// <param name="Allowed">"status code", any of which is right; a status alone is the server's own answer, before any function.</param>
/// <param name="Pointer">The fault that must be named.</param>
internal sealed record Attack(string Name, Sent Sent, IReadOnlyList<string> Allowed, string? Pointer = null)
{
    /// <summary>What is wrong with the answer; null when it is a refusal as it should be.</summary>
    public string? FaultIn(Answer answer)
    {
        if (Allowed.Contains($"{answer.Code}") && answer.Text.Length == 0)
        {
            return null;
        }

        if (answer.Problem is not { } code)
        {
            return "is no problem document";
        }

        return !Allowed.Contains($"{answer.Code} {code}") ? $"is not {string.Join(" or ", Allowed)}"
            : !Documented.Problems.Contains(code) ? $"has the code {code}, which docs/problems.md does not list"
            : answer.Faults.FirstOrDefault(fault => !Documented.Faults.Contains(fault.Split(' ')[^1])) is { } unlisted ? $"has a fault that docs/problems.md does not list: {unlisted}"
            : code == "invalid_request" && answer.Faults.Count == 0 ? "names no fault"
            : Pointer is not null && !answer.Faults.Any(fault => fault.StartsWith(Pointer + " ", StringComparison.Ordinal)) ? $"names no fault at {Pointer}"
            : Broken(answer);
    }

    private string? Broken(Answer answer)
    {
        try
        {
            TestApp.Contract.Check(new HttpMethod(Sent.Method), Sent.Target, null, Sent.ContentType, answer);
            return null;
        }
        catch (XunitException unlike)
        {
            return unlike.Message;
        }
    }
}

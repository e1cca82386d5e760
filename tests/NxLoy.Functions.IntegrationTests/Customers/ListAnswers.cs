using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>What a page of customers says.</summary>
internal static class ListAnswers
{
    public static IReadOnlyList<Guid> Ids(Answer answer) => [.. Items(answer).Select(item => item!["id"]!.GetValue<Guid>())];

    public static string Names(Answer answer) => string.Join(", ", Items(answer).Select(item => (string?)item!["fullName"]));

    private static JsonArray Items(Answer answer) => answer.Expect(200).Json["items"]!.AsArray();
}

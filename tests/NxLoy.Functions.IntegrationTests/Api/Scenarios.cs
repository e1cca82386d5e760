using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>One for each operation, by the function's name. <see cref="ContractTests"/> asks for what is missing.</summary>
internal static class Scenarios
{
    public const string AllCustomers = "/api/v1/customers";

    private static readonly Dictionary<string, Scenario> Others = new()
    {
        ["GetOpenApi"] = new("/api/openapi.json"),
        ["GetAsyncApi"] = new("/api/asyncapi.json"),
        ["GetLiveness"] = new("/api/health/live"),
        ["GetReadiness"] = new("/api/health/ready"),
        ["VerifyAudit"] = new("/api/v1/audit/verification"),
        ["GetBusiness"] = new("/api/v1/business"),
        ["PutBusiness"] = new("/api/v1/business", new { consentMode = "opt_in", defaultMargin = 0.4, acquisitionCost = 12.5, graceMonths = 2 }),
    };

    public static IReadOnlyDictionary<string, Scenario> All { get; } = new[]
    {
        Others, CustomerScenarios.All, ErasureScenarios.All, ExportScenarios.All, TierScenarios.All, ActivityScenarios.All,
    }.SelectMany(scenarios => scenarios).ToDictionary();

    public static string PathOf(Answer customer) => $"{AllCustomers}/{customer.Id}";

    public static string EmailOf(Answer customer) => (string)customer.Json["email"]!;

    public static async Task<Answer> ErasedAsync(Stage stage)
    {
        var customer = await stage.CustomerAsync();
        await stage.App.EraseAsync(customer.Id, stage.Business);
        return customer;
    }

    public static Call Then(this Call about, string act, object? body = null) => about with { Path = about.Path + act, Body = body };
}

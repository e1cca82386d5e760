using System.Text;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>What ./run ends its start with: where the app is, and lines to paste.</summary>
internal static class Welcome
{
    public static string Text(StackState state, DevelopmentTokens tokens)
    {
        var text = new StringBuilder();
        text.AppendLine().AppendLine($"NxLoy.Functions answers on {state.BaseUrl}").AppendLine();
        foreach (var business in state.Businesses)
            text.AppendLine($"  {business.Id}  {business.Name}");

        text.AppendLine().AppendLine("Paste this (tokens hold for 12 hours; ./run token makes others):").AppendLine();
        text.AppendLine($"export API={state.BaseUrl}");
        foreach (var business in state.Businesses)
            text.AppendLine($"export {Variable(business)}={tokens.Create("owner", [business.Id])}");

        var first = Variable(state.Businesses[0]);
        text.AppendLine().AppendLine("and then:").AppendLine();
        text.AppendLine($$"""curl -s "$API/api/v1/customers" -H "Authorization: Bearer ${{first}}" -H 'Content-Type: application/json' -d '{"email": "ada@example.com", "firstName": "Ada", "lastName": "Byron"}'""");
        foreach (var business in state.Businesses)
            text.AppendLine($"""curl -s "$API/api/v1/customers" -H "Authorization: Bearer ${Variable(business)}" """.TrimEnd());
        return text.ToString();
    }

    // "Northwind Coffee" -> NORTHWIND
    private static string Variable(Business business) => business.Name.Split(' ')[0].ToUpperInvariant();
}

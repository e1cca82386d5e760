namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run token</c>: one fresh token, and nothing else, on standard output.</summary>
internal static class TokenCommand
{
    public static int Execute(CommandLine line, Checkout checkout)
    {
        var role = line.Required("--role");
        var business = line.Required("--business");
        var subject = line.Value("--subject");
        line.Done();
        if (!DevelopmentTokens.Roles.Contains(role))
            throw line.Fault($"there is no role \"{role}\" (there are {string.Join(", ", DevelopmentTokens.Roles)})");
        if (role == "customer" && subject is null)
            throw line.Fault("a customer's token needs --subject, the customer's id");

        var ids = business.Split(',').Select(text => Guid.TryParse(text, out var id) ? id : throw line.Fault($"\"{text}\" is no id"));
        var tokens = new DevelopmentTokens(Secrets.Of(checkout, new Narrator(Console.Error)).SigningKey);
        Console.WriteLine(tokens.Create(role, [.. ids], subject));
        return 0;
    }
}

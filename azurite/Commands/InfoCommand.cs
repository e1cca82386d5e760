using System.Text.Encodings.Web;
using System.Text.Json;
using NxLoy.Functions.LocalStack.Running;
using Npgsql;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run --info</c>: everything a script needs, as JSON on standard output.</summary>
internal static class InfoCommand
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Execute(Checkout checkout)
    {
        if (!new App(checkout).IsAlive)
            throw new LauncherException("The app does not run: ./run --detach starts it.");

        var state = StackState.Of(checkout);
        var tokens = new DevelopmentTokens(Secrets.Of(checkout, new Narrator(Console.Error)).SigningKey);
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                state.BaseUrl,
                Businesses = state.Businesses.Select(business => new { business.Id, business.Name }),
                // A customer's token names a customer: ./run token --role customer --subject makes one.
                Tokens =
                    from business in state.Businesses
                    from role in DevelopmentTokens.Roles
                    where role != "customer"
                    select new { Business = business.Id, Role = role, Token = tokens.Create(role, [business.Id]) },
                state.MasterKey,
                Postgres = Uri(state.Postgres!),
                state.Blob,
                state.ServiceBus,
            },
            Json));
        return 0;
    }

    // As libpq's programs and most drivers take it.
    internal static string Uri(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        var login = $"{System.Uri.EscapeDataString(parts.Username ?? "")}:{System.Uri.EscapeDataString(parts.Password ?? "")}";
        return $"postgresql://{login}@{parts.Host}:{parts.Port}/{System.Uri.EscapeDataString(parts.Database ?? "")}";
    }
}

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>The settings that the app is started with. What the developer has set stays; what only we can know is ours.</summary>
internal static class AppEnvironment
{
    // The functions that wait for messages; a test holds them against the app.
    private static readonly string[] Listening = ["OnActivity", "OnDeadLetter"];

    public static string MasterKey(Settings settings, Secrets secrets) => settings.Find("EmbeddedRuntime:MasterKey") ?? secrets.MasterKey;

    /// <summary>How clients reach the broker that the embedded runtime starts.</summary>
    public static string ServiceBus(Secrets secrets, int port) =>
        $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={secrets.BrokerKey};UseDevelopmentEmulator=true";

    public static Dictionary<string, string> For(
        Flavour flavour, Settings settings, Secrets secrets, DatabaseConnections database, string storage, int? brokerPort)
    {
        var environment = new Dictionary<string, string>
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
            ["AzureWebJobsStorage"] = storage,
            ["Storage__ConnectionString"] = settings.Find("Storage:ConnectionString") ?? storage,
            ["Authentication__DevelopmentKey"] = new DevelopmentTokens(secrets.SigningKey).PublicJwk,
            ["Keys__Sealing"] = settings.Find("Keys:Sealing") ?? secrets.SealingKey,
            ["Keys__Exports"] = settings.Find("Keys:Exports") ?? secrets.ExportsKey,
            ["Keys__Certificates"] = settings.Find("Keys:Certificates") ?? secrets.CertificateKey,
            ["Database__Owner"] = database.Owner,
            ["Database__App"] = database.App,
            ["Database__Worker"] = database.Worker,
            ["Events__InboundTopic"] = settings.Find("Events:InboundTopic") ?? "loyalty-activity",
            ["Events__InboundSubscription"] = settings.Find("Events:InboundSubscription") ?? "customers",
            ["Events__OutboundTopic"] = settings.Find("Events:OutboundTopic") ?? "customers-events",
        };
        if (flavour == Flavour.Azure)
        {
            environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";

            // Without a Service Bus the real host would go on trying to listen, and fill the log with it.
            if (settings.ServiceBus() is null)
                foreach (var function in Listening)
                    environment[$"AzureWebJobs.{function}.Disabled"] = "true";
        }
        else
        {
            environment["EmbeddedRuntime__Database"] = database.Runtime;
            environment["EmbeddedRuntime__MasterKey"] = MasterKey(settings, secrets);
            if (brokerPort is { } port)
            {
                // Nobody here consumes what the app publishes: a subscription to look at keeps it.
                environment["EmbeddedRuntime__Entities"] = settings.Find("EmbeddedRuntime:Entities") ?? "%Events:OutboundTopic%/Subscriptions/local";
                environment["EmbeddedRuntime__BrokerPort"] = $"{port}";
                environment["EmbeddedRuntime__BrokerKey"] = secrets.BrokerKey;
            }
        }

        return environment;
    }
}

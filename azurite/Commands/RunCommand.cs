using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run</c>: reads the command line and does the one thing it asks for.</summary>
internal static class RunCommand
{
    private const string Help =
        """
        ./run [OPTIONS]                  starts PostgreSQL, Azurite and the app; Ctrl-C stops them
          --reset                        empties the local data first
          --demo                         fills both businesses with 300 customers and a year of transactions each;
                                         said again it changes nothing
          --detach                       returns when the app answers, and leaves it running
          --azure                        the azure flavour, run by Core Tools (func)
          --port N                       where the app listens (default 7071, else a free one above)
          --postgres-port N              PostgreSQL (default 54320)
          --blob-port N                  Azurite's blobs; queues and tables on the two ports after it (default 10100)
          --broker-port N                the broker that stands in for Service Bus (default 56720)
          --data FOLDER                  where the data lies (default azurite/.data); goes with every command

        ./run --stop                     stops what runs
        ./run --info                     addresses, businesses, tokens and keys as JSON
        ./run token --role ROLE --business ID [--subject S]
                                         a fresh token; roles: staff, owner, compliance, service, customer
        ./run events [--now]             prints the events that the app publishes until Ctrl-C, or those that wait
        ./run verify-audit               follows the app's audit log; says what is broken, and ends with 1 if something is
        ./run validate-export FILE       checks a downloaded export by itself: digests, counts, columns; ends with 1 at
                                         the first fault, and names it
        ./run verify-certificate FILE [--key-id K]
                                         checks an erasure certificate by itself, and says what it certifies; ends with 1 if
                                         it does not hold, or K is not its key
        ./run apply-erasures             after a restore of the database: erases again whom the ledger in blob storage names
        ./run advance 30d                moves business time forward (30d, 12h, 45m, 2w, P30D)

        A second ./run takes over from the first. Whatever was killed, the next ./run mends.
        Settings (local.settings.json, or the environment) that name a PostgreSQL (Database__Owner, Database__App,
        Database__Worker), a storage account (AzureWebJobsStorage) or a Service Bus (ServiceBus) are used instead of local ones.
        More in azurite/README.md.
        """;

    /// <returns>The exit code.</returns>
    public static async Task<int> ExecuteAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var line = new CommandLine("./run", arguments);
        var checkout = Checkout.Find(line.Value("--data"));
        if (line.Flag("--help", "-h"))
        {
            Console.WriteLine(Help);
            return 0;
        }

        switch (line.Word())
        {
            case "token":
                return TokenCommand.Execute(line, checkout);
            case "advance":
                return await AdvanceCommand.ExecuteAsync(line, checkout, cancellationToken);
            case "events":
                return await EventsCommand.ExecuteAsync(line, checkout, cancellationToken);
            case "verify-audit":
                return await VerifyAuditCommand.ExecuteAsync(line, checkout, cancellationToken);
            case "validate-export":
                return await ValidateExportCommand.ExecuteAsync(line, cancellationToken);
            case "verify-certificate":
                return await VerifyCertificateCommand.ExecuteAsync(line, cancellationToken);
            case "apply-erasures":
                return await ApplyErasuresCommand.ExecuteAsync(line, checkout, cancellationToken);
            case null when line.Flag("--info"):
                line.Done();
                return InfoCommand.Execute(checkout);
            case null when line.Flag("--stop"):
                line.Done();
                return await StopCommand.ExecuteAsync(checkout, cancellationToken);
            case null:
                return await StartCommand.ExecuteAsync(Options(line), checkout, cancellationToken);
            case var unknown:
                throw line.Fault($"\"{unknown}\" is not understood");
        }
    }

    private static StartOptions Options(CommandLine line)
    {
        var options = new StartOptions
        {
            Flavour = line.Flag("--azure") ? Flavour.Azure : Flavour.Embedded,
            Reset = line.Flag("--reset"),
            Demo = line.Flag("--demo"),
            Detach = line.Flag("--detach"),
            AppPort = line.Port("--port"),
            PostgresPort = line.Port("--postgres-port"),
            BlobPort = line.Port("--blob-port"),
            BrokerPort = line.Port("--broker-port"),
        };
        line.Done();
        return options;
    }
}

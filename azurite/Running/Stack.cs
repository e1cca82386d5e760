namespace NxLoy.Functions.LocalStack.Running;

/// <summary>PostgreSQL, Azurite and the app, on one data folder.</summary>
internal sealed class Stack(Checkout checkout, Settings settings, Secrets secrets, Narrator narrator)
{
    private readonly LocalPostgres postgres = new(checkout, secrets, narrator);
    private readonly Azurite azurite = new(checkout, secrets);

    public App App { get; } = new(checkout);

    /// <summary>Emulators that ought to run and do not, each with its log.</summary>
    public IEnumerable<(string Name, string Log)> Missing()
    {
        if (settings.Database() is null && !postgres.IsAlive)
            yield return ("PostgreSQL", postgres.LogFile);
        if (settings.Storage() is null && !azurite.IsAlive)
            yield return ("Azurite", azurite.LogFile);
    }

    /// <summary>Starts everything and returns when the app answers and has its two businesses.</summary>
    public async Task<StackState> StartAsync(StartOptions options, CancellationToken cancellationToken)
    {
        var state = StackState.Of(checkout);
        var build = new AppBuild(checkout, options.Flavour, narrator);
        var building = build.EnsureAsync(cancellationToken);
        var emulators = StartEmulatorsAsync(options, state, cancellationToken);
        await Task.WhenAll(building, emulators);
        (state, var database) = await emulators;

        state = state with { MasterKey = AppEnvironment.MasterKey(settings, secrets) };
        await PortChoice.StartAsync(
            "The app", options.AppPort ?? settings.FindPort("LocalStack:Port"), state.AppPort, PortChoice.App, count: 1,
            async port =>
            {
                int? broker = settings.ServiceBus() is null && options.Flavour is Flavour.Embedded
                    ? PortChoice.For("The broker", options.BrokerPort ?? settings.FindPort("LocalStack:BrokerPort"), state.BrokerPort, PortChoice.Broker)
                    : null;
                state = state with
                {
                    BrokerPort = broker ?? state.BrokerPort,
                    ServiceBus = broker is { } free ? AppEnvironment.ServiceBus(secrets, free) : settings.ServiceBus(),
                };
                var environment = AppEnvironment.For(options.Flavour, settings, secrets, database, state.Blob!, broker);
                // Before it answers: ./run --info may be asked for as soon as it does.
                state = state with { AppPort = port, BaseUrl = $"http://127.0.0.1:{port}" };
                state.Save(checkout);
                narrator.Say($"Starting the app on {state.BaseUrl}.");
                await App.StartAsync(options.Flavour, build.Output, port, environment, cancellationToken);
                await App.AnswersAsync(options.Flavour, state.BaseUrl, state.MasterKey!, cancellationToken);
            });
        await Businesses.EnsureAsync(database.Owner, state.Businesses, cancellationToken);
        return state;
    }

    /// <summary>Stops what runs, the app first: it still needs the others while it drains.</summary>
    public async Task StopAsync()
    {
        await StopAsync("the app", App.IsAlive, App.StopAsync);
        await StopAsync("Azurite", azurite.IsAlive, azurite.StopAsync);
        await StopAsync("PostgreSQL", postgres.IsAlive, postgres.StopAsync);
    }

    /// <summary>Empties what is ours. A database or storage account that settings name is not.</summary>
    public async Task EmptyAsync()
    {
        narrator.Say("Emptying the local data.");
        await postgres.DeleteAsync();
        await azurite.DeleteAsync();
        if (settings.Database() is not null || settings.Storage() is not null)
            narrator.Say("The PostgreSQL or storage account that settings name is left as it is.");
    }

    private async Task StopAsync(string name, bool isAlive, Func<Task> stop)
    {
        if (isAlive)
            narrator.Say($"Stopping {name}.");
        await stop();
    }

    private async Task<(StackState State, DatabaseConnections Database)> StartEmulatorsAsync(
        StartOptions options, StackState state, CancellationToken cancellationToken)
    {
        await NodePackages.Emulators(checkout, narrator).EnsureAsync(cancellationToken);
        var database = StartPostgresAsync(options, state, cancellationToken);
        var storage = StartAzuriteAsync(options, state, cancellationToken);
        await Task.WhenAll(database, storage);
        var (postgresPort, connections) = await database;
        var (blobPort, blob) = await storage;
        state = state with
        {
            PostgresPort = postgresPort ?? state.PostgresPort,
            BlobPort = blobPort ?? state.BlobPort,
            Postgres = connections.Owner,
            Blob = blob,
        };
        return (state, connections);
    }

    private async Task<(int? Port, DatabaseConnections Connections)> StartPostgresAsync(
        StartOptions options, StackState state, CancellationToken cancellationToken)
    {
        if (settings.Database() is { } named)
        {
            narrator.Say("Using the PostgreSQL that settings name.");
            return (null, named);
        }

        DatabaseConnections? connections = null;
        var port = await PortChoice.StartAsync(
            "PostgreSQL", options.PostgresPort ?? settings.FindPort("LocalStack:PostgresPort"), state.PostgresPort, PortChoice.Postgres, count: 1,
            async port =>
            {
                narrator.Say($"Starting PostgreSQL on port {port}.");
                connections = await postgres.StartAsync(port, cancellationToken);
            });
        return (port, connections!);
    }

    private async Task<(int? Port, string ConnectionString)> StartAzuriteAsync(
        StartOptions options, StackState state, CancellationToken cancellationToken)
    {
        if (settings.Storage() is { } named)
        {
            narrator.Say("Using the storage account that settings name.");
            return (null, named);
        }

        string? storage = null;
        var port = await PortChoice.StartAsync(
            "Azurite", options.BlobPort ?? settings.FindPort("LocalStack:BlobPort"), state.BlobPort, PortChoice.Blob, Azurite.Ports,
            async port =>
            {
                narrator.Say($"Starting Azurite on ports {port} to {port + Azurite.Ports - 1}.");
                storage = await azurite.StartAsync(port, cancellationToken);
            });
        return (port, storage!);
    }
}

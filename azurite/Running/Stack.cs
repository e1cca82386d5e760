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

        var port = PortChoice.For("The app", options.AppPort ?? settings.FindPort("LocalStack:Port"), state.AppPort, PortChoice.App);
        state = state with
        {
            AppPort = port,
            BaseUrl = $"http://127.0.0.1:{port}",
            MasterKey = AppEnvironment.MasterKey(settings, secrets),
        };
        state.Save(checkout);

        narrator.Say($"Starting the app on {state.BaseUrl}.");
        var environment = AppEnvironment.For(options.Flavour, settings, secrets, database, state.Blob!);
        await App.StartAsync(options.Flavour, build.Output, port, environment, cancellationToken);
        await App.AnswersAsync(state.BaseUrl, cancellationToken);
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
    public void Empty()
    {
        narrator.Say("Emptying the local data.");
        postgres.Delete();
        azurite.Delete();
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
        await new NodePackages(checkout, narrator).EnsureAsync(cancellationToken);
        var postgresPort = settings.Database() is not null ? (int?)null : PortChoice.For(
            "PostgreSQL", options.PostgresPort ?? settings.FindPort("LocalStack:PostgresPort"), state.PostgresPort, PortChoice.Postgres);
        var blobPort = settings.Storage() is not null ? (int?)null : PortChoice.For(
            "Azurite", options.BlobPort ?? settings.FindPort("LocalStack:BlobPort"), state.BlobPort, PortChoice.Blob, Azurite.Ports);

        var database = StartPostgresAsync(postgresPort, cancellationToken);
        var storage = StartAzuriteAsync(blobPort, cancellationToken);
        await Task.WhenAll(database, storage);
        state = state with
        {
            PostgresPort = postgresPort ?? state.PostgresPort,
            BlobPort = blobPort ?? state.BlobPort,
            Postgres = (await database).Owner,
            Blob = await storage,
        };
        return (state, await database);
    }

    private async Task<DatabaseConnections> StartPostgresAsync(int? port, CancellationToken cancellationToken)
    {
        if (port is not { } own)
        {
            narrator.Say("Using the PostgreSQL that settings name.");
            return settings.Database()!;
        }

        narrator.Say($"Starting PostgreSQL on port {own}.");
        return await postgres.StartAsync(own, cancellationToken);
    }

    private async Task<string> StartAzuriteAsync(int? port, CancellationToken cancellationToken)
    {
        if (port is not { } own)
        {
            narrator.Say("Using the storage account that settings name.");
            return settings.Storage()!;
        }

        narrator.Say($"Starting Azurite on ports {own} to {own + Azurite.Ports - 1}.");
        return await azurite.StartAsync(own, cancellationToken);
    }
}

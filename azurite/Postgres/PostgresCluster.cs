using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Postgres;

/// <summary>One PostgreSQL server with its folder: made, started, stopped, and mended when something was killed.</summary>
internal sealed class PostgresCluster(
    PostgresPrograms programs,
    PostgresAccount account,
    string folder,
    string superuserPassword,
    IReadOnlyDictionary<string, string> settings,
    Narrator narrator)
{
    private const string SettingsFile = "local-stack.conf";

    private string DataFolder => Path.Combine(folder, "data");

    private string LogFile => Path.Combine(folder, "postgres.log");

    private string PasswordFile => Path.Combine(folder, "password");

    public Postmaster? Running => Postmaster.Of(DataFolder);

    public string ConnectionString(int port) =>
        $"Host=127.0.0.1;Port={port};Database=postgres;Username=postgres;Password={superuserPassword}";

    /// <summary>Makes the cluster where there is none and starts it on the port.</summary>
    public async Task StartAsync(int port, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await StopAsync();
        if (!Directory.Exists(DataFolder))
            await InitializeAsync(cancellationToken);

        await WriteSettingsAsync(port, cancellationToken);
        File.Delete(Postmaster.PidFile(DataFolder)); // no server of ours runs: what is left there is a dead one's
        await account.OwnAsync(folder, cancellationToken);
        await LaunchAsync(cancellationToken);
    }

    public Task StopAsync() => Running?.StopAsync() ?? Task.CompletedTask;

    /// <summary>Makes the superuser's password the one we know, without knowing the old one: for a secrets file that was lost.</summary>
    public async Task ResetPasswordAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(DataFolder))
            return;
        await StopAsync();

        File.Delete(Postmaster.PidFile(DataFolder));
        await account.OwnAsync(folder, cancellationToken);
        var result = await Command.RunAsync(
            account.As(programs.Postgres, "--single", "-D", DataFolder, "postgres"),
            cancellationToken,
            input: $"alter role postgres password '{superuserPassword}'\n");
        if (result.ExitCode != 0)
            throw new LauncherException($"PostgreSQL's password could not be set:\n{result.Output}");
    }

    public Task DeleteAsync() => Folder.DeleteAsync(folder);

    // Made beside its place and then renamed: a folder called data is always a whole cluster.
    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        narrator.Say($"Making a PostgreSQL cluster in {folder}.");
        var pidFile = new PidFile(Path.Combine(folder, "initdb.pid"));
        await Command.EndOrphanAsync(pidFile, cancellationToken);
        foreach (var abandoned in Directory.GetDirectories(folder, "new-*"))
            await Folder.DeleteAsync(abandoned);
        var draft = Path.Combine(folder, $"new-{Environment.ProcessId}");

        PrivateFile.Write(PasswordFile, superuserPassword);
        await account.OwnAsync(folder, cancellationToken);
        var result = await Command.RunAsync(
            account.As(
                programs.Initdb, "-D", draft, "-U", "postgres", "--auth=scram-sha-256", $"--pwfile={PasswordFile}", "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            cancellationToken,
            pidFile: pidFile);
        File.Delete(PasswordFile);
        if (result.ExitCode != 0)
            throw new LauncherException($"PostgreSQL's initdb failed:\n{result.Output}");

        await File.AppendAllTextAsync(
            Path.Combine(draft, "postgresql.conf"), $"\ninclude_if_exists = '{SettingsFile}'\n", cancellationToken);
        Directory.Move(draft, DataFolder);
    }

    private async Task WriteSettingsAsync(int port, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
        };
        foreach (var (name, value) in settings)
            all[name] = value;

        await File.WriteAllLinesAsync(
            Path.Combine(DataFolder, SettingsFile), all.Select(s => $"{s.Key} = '{s.Value}'"), cancellationToken);
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        File.Delete(LogFile);
        for (var attempt = 1; ; attempt++)
        {
            // pg_ctl gives the server a session of its own, so a Ctrl-C does not end it before the app has let go of it.
            var result = await ControlAsync(["start", "-w", "-t", "60", "-l", LogFile], cancellationToken);
            if (result.ExitCode == 0)
                return;

            var log = File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile, cancellationToken) : result.Output;
            if (log.Contains("could not bind", StringComparison.Ordinal))
                throw new PortTakenException(log);
            // The processes of a server that was killed take a moment to notice.
            if (attempt == 20 || !log.Contains("still in use", StringComparison.Ordinal))
                throw new LauncherException($"PostgreSQL did not start. Its log ({LogFile}) says:\n{log}");
            File.Delete(LogFile);
            await Task.Delay(500, cancellationToken);
        }
    }

    private Task<CommandResult> ControlAsync(string[] arguments, CancellationToken cancellationToken) =>
        Command.RunAsync(account.As([programs.PgCtl, "-D", DataFolder, .. arguments]), cancellationToken, folder);
}

using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>
/// PostgreSQL's own load generator (Debian: apt-get install postgresql-contrib) with given scripts in turn: what the
/// database alone reaches, without any app.
/// </summary>
internal static partial class Pgbench
{
    public static Task RequireAsync() => Wrk.RequireAsync("pgbench", "postgresql-contrib");

    public static async Task<Figures> RunAsync(string connectionString, IReadOnlyList<string> scripts, int clients, int seconds)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var folder = Directory.CreateTempSubdirectory("pgbench");
        var files = new List<string>();
        foreach (var script in scripts)
        {
            files.AddRange("-f", Path.Combine(folder.FullName, $"{files.Count}.sql"));
            await File.WriteAllTextAsync(files[^1], script);
        }

        // Its time includes connecting, which it then leaves out of the rate.
        var result = await Command.RunAsync(
            [
                "pgbench", "-n", "-M", "prepared", "-j", "1", "-c", $"{clients}", "-T", $"{seconds + 3}", "-l", "--log-prefix", Path.Combine(folder.FullName, "log"),
                .. files, "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, to.Database!,
            ],
            CancellationToken.None, folder.FullName, new Dictionary<string, string> { ["PGPASSWORD"] = to.Password! });
        if (result.ExitCode != 0 || !Tps().IsMatch(result.Output))
            throw new LauncherException($"pgbench failed ({folder}):\n{result.Output[..Math.Min(result.Output.Length, 2000)]}");

        // The third column of its log is a transaction's microseconds.
        var times = folder.EnumerateFiles("log*").SelectMany(log => File.ReadLines(log.FullName))
            .Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture) / 1000).ToList();
        folder.Delete(recursive: true);
        var rate = double.Parse(Tps().Match(result.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        return Figures.Of(times, seconds, refused: 0) with { PerSecond = rate };
    }

    [GeneratedRegex(@"tps = ([\d.]+) \(without")]
    private static partial Regex Tps();
}

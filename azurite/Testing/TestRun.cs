using NxLoy.Functions.LocalStack.Running;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Testing;

/// <summary>What <c>./test</c> does.</summary>
internal sealed class TestRun(Checkout checkout, TestOptions options, Narrator narrator)
{
    private static readonly string[] Projects = ["NxLoy.Functions.UnitTests", "NxLoy.Functions.IntegrationTests"];

    private string Results => Path.Combine(checkout.Data, "test-results");

    /// <returns>The exit code: 0 when all is well.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var turn = await ExclusiveLock.TakeAsync(
            Path.Combine(checkout.Data, "test.lock"),
            () => narrator.Say("Another ./test runs in this working copy: waiting for it."),
            cancellationToken);

        var (results, coverageHolds) = await TryMeasureAsync(cancellationToken);
        foreach (var failure in results.Failures)
            narrator.Say($"FAILED  {failure}");
        if (results is { Passed: 0, Failed: 0 })
            narrator.Say("No test ran.");
        narrator.Say(results.ToString());
        return results is { Failed: 0, Passed: > 0 } && coverageHolds ? 0 : 1;
    }

    // Whatever goes wrong, the run ends with the line that sums it up.
    private async Task<(TestResults Results, bool CoverageHolds)> TryMeasureAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await MeasureAsync(cancellationToken);
        }
        catch (LauncherException problem)
        {
            return (TestResults.Broken(problem.Message), false);
        }
    }

    private async Task<(TestResults Results, bool CoverageHolds)> MeasureAsync(CancellationToken cancellationToken)
    {
        // npm waits for the network and the disk, the compiler for the processor.
        var packages = InstallAsync(cancellationToken);
        var built = await BuildAsync(cancellationToken);
        await packages;
        if (!built)
            return (TestResults.Broken("the build"), false);

        if (Directory.Exists(Results))
            Directory.Delete(Results, recursive: true);
        await using var postgres = await TestPostgres.StartAsync(checkout, narrator, cancellationToken);
        await using var blobs = await TestBlobs.StartAsync(checkout, narrator, cancellationToken);
        var environment = new Dictionary<string, string>
        {
            ["NXLOY_TEST_POSTGRES"] = postgres.ConnectionString,
            ["NXLOY_TEST_BLOBS"] = blobs.ConnectionString,
        };
        var results = TestResults.None;
        foreach (var project in Projects)
            results = results.And(await RunAsync(project, environment, cancellationToken));

        return (results, !options.MeasuresCoverage || CoverageHolds());
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        await NodePackages.Emulators(checkout, narrator).EnsureAsync(cancellationToken);
        await NodePackages.Clients(checkout, narrator).EnsureAsync(cancellationToken);
    }

    private async Task<bool> BuildAsync(CancellationToken cancellationToken)
    {
        using var turn = await BuildTurn.TakeAsync(checkout, narrator, cancellationToken);
        narrator.Say("Building the solution (Release).");
        var started = DateTime.UtcNow;
        var result = await Command.RunAsync(
            [Dotnet.Path, "build", checkout.Solution, "-c", "Release", "--nologo", "-v", "quiet", "-p:RestoreLockedMode=true", "-nodeReuse:false"],
            cancellationToken, checkout.Root, pidFile: BuildTurn.PidFile(checkout));
        if (result.ExitCode == 0)
        {
            // The tests of ./run start the same app: it need not build it again.
            new AppBuild(checkout, Flavour.Embedded, narrator).MarkBuilt(started);
            return true;
        }

        narrator.Say("The build failed:");
        narrator.Say(ErrorsOf(result.Output));
        if (result.Output.Contains("NU1004", StringComparison.Ordinal))
            narrator.Say("NU1004: a packages.lock.json is out of date. Run dotnet restore, and commit it.");
        return false;
    }

    // MSBuild says every error twice; without one there is something to be read in all of it.
    private static string ErrorsOf(string output)
    {
        var errors = output.Split(Environment.NewLine).Where(l => l.Contains(": error ", StringComparison.Ordinal)).Distinct().ToList();
        return errors.Count > 0 ? string.Join(Environment.NewLine, errors) : output;
    }

    private async Task<TestResults> RunAsync(string project, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        narrator.Say($"Running {project}.");
        var result = await Command.RunAsync(
            Arguments(project), cancellationToken, checkout.Root, environment,
            onLine: narrator.Say, pidFile: new PidFile(Path.Combine(checkout.Data, "test.pid")));
        return TestResults.Read(Path.Combine(Results, project, "results.trx"), project, result.ExitCode);
    }

    private List<string> Arguments(string project)
    {
        List<string> arguments =
        [
            Dotnet.Path, "test", Path.Combine(checkout.Root, "tests", project), "--no-build", "-c", "Release", "--nologo",
            "--logger", "console;verbosity=minimal", "--logger", "trx;LogFileName=results.trx",
            "--results-directory", Path.Combine(Results, project),
        ];
        if (options.EffectiveFilter is { } filter)
            arguments.AddRange(["--filter", filter]);
        if (options.MeasuresCoverage)
            arguments.AddRange(
                ["--settings", Path.Combine(checkout.Root, "tests", "coverage.runsettings"), "--collect", "XPlat Code Coverage"]);

        return arguments;
    }

    private bool CoverageHolds()
    {
        var coverage = LineCoverage.Read(Directory.EnumerateFiles(Results, "coverage.cobertura.xml", SearchOption.AllDirectories));
        narrator.Say("Lines covered:");
        narrator.Say(coverage.Describe());
        foreach (var assembly in coverage.Missing)
            narrator.Say($"{assembly} was not measured: that fails the run.");
        if (coverage.Total < LineCoverage.Required)
            narrator.Say($"Less than {LineCoverage.Required:0} % of the lines are covered: that fails the run.");
        return coverage.Total >= LineCoverage.Required && !coverage.Missing.Any();
    }
}

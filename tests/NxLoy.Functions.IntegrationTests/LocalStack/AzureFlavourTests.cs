using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>
/// What <c>./run --azure</c> needs, and how it starts the app. Core Tools are not served everywhere: in their place stands a
/// script that writes down how it was called and then starts the embedded flavour.
/// </summary>
[Collection(LocalStackFixture.OneAfterTheOther)]
public sealed class AzureFlavourTests(LocalStackFixture stack) : IClassFixture<LocalStackFixture>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nxloy-func-").FullName;

    private static string[] Path => Environment.GetEnvironmentVariable("PATH")!.Split(System.IO.Path.PathSeparator);

    [Fact]
    public async Task WithoutCoreTools_SaysWhatToInstall_BeforeAnythingIsDisturbed()
    {
        var without = Path.Where(place => !File.Exists(System.IO.Path.Combine(place, "func")));

        var ended = (await Launcher.RunWithPathAsync(stack.Data, string.Join(System.IO.Path.PathSeparator, without), "--azure")).Expect(1);

        Assert.Contains("npm package azure-functions-core-tools@4", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(stack.Data, "*.pid"));
    }

    [Fact]
    public async Task WithCoreTools_TheyAreStartedInTheOutput_AndTheAppIsWaitedFor()
    {
        await using var database = await TestDatabase.CloneAsync();
        var checkout = new Checkout(Checkout.Find().Root, stack.Data);
        var environment = AppEnvironment.For(
            Flavour.Azure, Settings.Of(checkout), Secrets.Of(checkout, new Narrator(TextWriter.Null)),
            new DatabaseConnections(database.Owner, database.App, database.Worker, database.Owner), TestBlobs.ConnectionString, brokerPort: null);
        environment["PATH"] = string.Join(System.IO.Path.PathSeparator, [WriteFunc(), .. Path]);
        var (app, port) = (new App(checkout), FreePort.Choose());
        try
        {
            await app.StartAsync(Flavour.Azure, folder, port, environment, CancellationToken.None);
            await app.AnswersAsync(Flavour.Azure, $"http://127.0.0.1:{port}", "no key is asked for", CancellationToken.None);

            Assert.Equal(
                [$"{folder} start --no-build --port {port}", "dotnet-isolated Development"],
                await File.ReadAllLinesAsync(System.IO.Path.Combine(folder, "called")));
        }
        finally
        {
            await app.StopAsync();
        }

        Assert.False(app.IsAlive);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string WriteFunc()
    {
        var script = System.IO.Path.Combine(folder, "func");
        File.WriteAllText(
            script,
            $$"""
            #!/bin/sh
            echo "$PWD $*" > called
            echo "$FUNCTIONS_WORKER_RUNTIME $AZURE_FUNCTIONS_ENVIRONMENT" >> called
            export EmbeddedRuntime__Database="$Database__Owner"
            exec dotnet "{{AppProcess.Program}}" --urls "http://127.0.0.1:$4"

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}

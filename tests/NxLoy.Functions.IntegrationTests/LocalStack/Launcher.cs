using System.Diagnostics;
using System.Text;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>One <c>./run</c> as a process of its own, on a data folder of its own.</summary>
internal sealed class Launcher : IDisposable
{
    // From its own output folder, built as these tests were: the copy beside the tests lacks what ASP.NET Core gives them.
    private static readonly string Program = Path.Combine(
        Checkout.Find().Packages, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "NxLoy.Functions.LocalStack.dll");

    // A start makes a cluster, applies migrations and waits for three servers: far less than this, on a slow and busy machine too.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    private Launcher(string data, IEnumerable<string> arguments, string? path = null)
    {
        // Tests that run in the background of a shell are started with SIGINT ignored, and would hand that on: then no
        // Ctrl-C would reach ./run, as none does where a user starts it so.
        string[] command = [.. OperatingSystem.IsLinux() ? (string[])["env", "--default-signal=INT"] : [], "dotnet", "exec", Program, "run", "--data", data];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (path is not null)
            start.Environment["PATH"] = path;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Keep(output, e.Data);
        process.ErrorDataReceived += (_, e) => Keep(errors, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => process.Id;

    public string Output => Text(output);

    public string Errors => Text(errors);

    /// <summary>Starts it and leaves it running.</summary>
    public static Launcher Start(string data, params string[] arguments) => new(data, arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<Ended> RunAsync(string data, params string[] arguments)
    {
        using var launcher = new Launcher(data, arguments);
        return await launcher.EndAsync();
    }

    /// <summary>The same where programs are looked for elsewhere.</summary>
    public static async Task<Ended> RunWithPathAsync(string data, string path, params string[] arguments)
    {
        using var launcher = new Launcher(data, arguments, path);
        return await launcher.EndAsync();
    }

    public async Task<Ended> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new Xunit.Sdk.XunitException($"./run does not end. It said:\n{Output}{Errors}");
        }

        return new Ended(process.ExitCode, Output, Errors);
    }

    /// <summary>Waits until it has said something.</summary>
    public async Task SaysAsync(string text)
    {
        for (var watch = Stopwatch.StartNew(); !Output.Contains(text, StringComparison.Ordinal); await Task.Delay(20))
            if (process.HasExited || watch.Elapsed > Patience)
                throw new Xunit.Sdk.XunitException($"./run does not say \"{text}\". It said:\n{Output}{Errors}");
    }

    public void Dispose() => process.Dispose();

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}

/// <summary>What a <c>./run</c> that has ended said.</summary>
internal sealed record Ended(int ExitCode, string Output, string Errors)
{
    public Ended Expect(int exitCode) => ExitCode == exitCode
        ? this
        : throw new Xunit.Sdk.XunitException($"Expected exit code {exitCode}, got {ExitCode}:\n{Output}{Errors}");
}

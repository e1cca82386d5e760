using System.Globalization;
using System.Runtime.InteropServices;
using NxLoy.Functions.Benchmarks;
using NxLoy.Functions.Benchmarks.Parts;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.LocalStack;

Part[] parts =
[
    new("profile", "One profile", Profile.RunAsync),
    new("list", "Lists", Lists.RunAsync),
    new("search", "Search", Search.RunAsync),
    new("open-loop", "At half of the maximum", HalfLoad.RunAsync),
    new("connections", "10,000 connections", ManyConnections.RunAsync),
    new("create", "Creating", Create.RunAsync),
    new("durable", "Durable Functions", DurableWork.RunAsync),
    new("tiers", "Tiers", Tiers.RunAsync),
    new("events", "Events", Events.RunAsync),
    new("export", "Exports", Exports.OrdinaryAsync),
    new("export-large", "Export of a gigabyte", Exports.LargeAsync),
];

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case [BareApi.Command, var url]:
        return await BareApi.ServeAsync(url);
    case ["empty-function", .. var rest]:
        return await EmptyFunction.RunAsync(rest);
}

var seconds = 5;
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
    if (args[i] == "--seconds" && i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seconds))
        i++;
    else
        names.Add(args[i]);
if (names.Except(parts.Select(part => part.Name)).Any())
    return Usage();

try
{
    return await RunAsync();
}
catch (LauncherException expected)
{
    Console.Error.WriteLine(expected.Message);
    return 1;
}

async Task<int> RunAsync()
{
    var checkout = Checkout.Find();
    var report = Path.Combine(checkout.Root, "docs", "benchmarks.md");
    await using var bench = new Bench(checkout, seconds);
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
    var missed = 0;
    foreach (var part in parts.Where(part => names.Count == 0 || names.Contains(part.Name)))
    {
        Console.WriteLine($"\n{part.Title}");
        var section = await part.RunAsync(bench);
        missed += section.Missed;
        // After each part: a run that breaks off keeps what it has.
        await ReportFile.WriteAsync(
            report, parts, new Dictionary<string, string> { [part.Name] = ReportFile.Framed(part, Machine.Describe(bench.PostgresVersion), section.ToString()) });
    }

    // What was started must not outlive a Ctrl-C.
    void Leave(PosixSignalContext signal)
    {
        signal.Cancel = true;
        try
        {
            bench.DisposeAsync().AsTask().Wait();
        }
        finally
        {
            Environment.Exit(130);
        }
    }

    Console.WriteLine(missed == 0 ? "\nEvery goal is met." : $"\n{missed} goals are missed.");
    return 0;
}

int Usage()
{
    Console.Error.WriteLine("./bench [part ...] [--seconds n]   measures all parts or those named, and writes docs/benchmarks.md");
    foreach (var part in parts)
        Console.Error.WriteLine($"  {part.Name,-14} {part.Title}");
    Console.Error.WriteLine("./bench empty-function [seconds]   throughput of an empty function beside a bare ASP.NET Core minimal API");
    return 2;
}

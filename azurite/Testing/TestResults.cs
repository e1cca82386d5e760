using System.Xml.Linq;

namespace NxLoy.Functions.LocalStack.Testing;

/// <summary>What came of a run, summed over the test projects.</summary>
internal sealed record TestResults(int Passed, int Failed, int Skipped, IReadOnlyList<string> Failures)
{
    private const int ReasonLines = 4;

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static TestResults None { get; } = new(0, 0, 0, []);

    /// <summary>Something that is no test failed: a build, a test host that crashed.</summary>
    public static TestResults Broken(string what) => new(0, 1, 0, [what]);

    public TestResults And(TestResults other) =>
        new(Passed + other.Passed, Failed + other.Failed, Skipped + other.Skipped, [.. Failures, .. other.Failures]);

    /// <summary>Reads the .trx file of one project. A project whose host died counts as a failure of its own.</summary>
    public static TestResults Read(string file, string project, int exitCode)
    {
        if (!File.Exists(file))
            return exitCode == 0 ? None : Broken($"{project}: the tests could not be run (exit code {exitCode})");

        var results = XDocument.Load(file).Descendants(Trx + "UnitTestResult")
            .Select(r => (Name: (string)r.Attribute("testName")!, Outcome: (string?)r.Attribute("outcome"), Message: (string?)r.Descendants(Trx + "Message").FirstOrDefault()))
            .ToList();
        var failures = results.Where(r => r.Outcome is not ("Passed" or "NotExecuted")).Select(r => Failure(r.Name, r.Message)).ToList();
        var read = new TestResults(
            results.Count(r => r.Outcome == "Passed"), failures.Count, results.Count(r => r.Outcome == "NotExecuted"), failures);

        return exitCode != 0 && read.Failed == 0
            ? read.And(Broken($"{project}: the test host ended before its time (exit code {exitCode})"))
            : read;
    }

    // The end of a log is what is kept of it elsewhere: the reason stands there with the name.
    private static string Failure(string test, string? message) =>
        message is { Length: > 0 } ? $"{test}: {string.Join(" | ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(ReasonLines))}" : test;

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}

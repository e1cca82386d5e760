using NxLoy.Functions.LocalStack.Testing;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class TestResultsTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    [Fact]
    public void Read_OfEveryOutcome_CountsEach()
    {
        Write("Passed", "Passed", "Failed", "NotExecuted");

        var results = TestResults.Read(file, "Some.Tests", exitCode: 1);

        Assert.Equal("2 passed, 1 failed, 1 skipped", results.ToString());
        Assert.Equal(["test 2: it was | not so"], results.Failures);
    }

    [Fact]
    public void Read_OfAHostThatCrashed_IsAFailureOfItsOwn()
    {
        Write("Passed");

        Assert.Equal("1 passed, 1 failed, 0 skipped", TestResults.Read(file, "Some.Tests", exitCode: 1).ToString());
    }

    [Theory]
    [InlineData(0, "0 passed, 0 failed, 0 skipped")]
    [InlineData(134, "0 passed, 1 failed, 0 skipped")]
    public void Read_WithoutAFile_FailsUnlessThereWasNothingToRun(int exitCode, string summary) =>
        Assert.Equal(summary, TestResults.Read("nowhere.trx", "Some.Tests", exitCode).ToString());

    [Fact]
    public void And_OfTwoProjects_IsTheirSum() => Assert.Equal(
        "3 passed, 1 failed, 1 skipped",
        new TestResults(1, 1, 0, ["a"]).And(new TestResults(2, 0, 1, [])).ToString());

    public void Dispose() => File.Delete(file);

    private void Write(params string[] outcomes)
    {
        var results = outcomes.Select((outcome, index) =>
            $"""<UnitTestResult testName="test {index}" outcome="{outcome}">{(outcome == "Failed" ? "<Output><ErrorInfo><Message>it was\n not so</Message></ErrorInfo></Output>" : "")}</UnitTestResult>""");
        File.WriteAllText(
            file,
            $"""<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{string.Concat(results)}</Results></TestRun>""");
    }
}

using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace NxLoy.Functions.UnitTests.Embedded;

/// <summary>The values of the Durable Task API behave as the official ones.</summary>
public sealed class DurableTaskTypesTests
{
    [Theory]
    [InlineData("2.0", "10.0", -1)]
    [InlineData("10.0", "10.0", 0)]
    [InlineData("", "1.0", -1)]
    [InlineData("1.0", "", 1)]
    [InlineData("", " ", 0)]
    [InlineData("beta", "ALPHA", 1)]
    public void Versions_AreComparedAsNumbersWhereTheyAreSuch(string one, string other, int sign) =>
        Assert.Equal(sign, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(one, other)));

    [Fact]
    public void TaskName_IsTheSameInAnyLetterCase()
    {
        TaskName name = "Charge";

        Assert.True(name == "CHARGE" && name != "Refund" && name.Equals((object)new TaskName("charge")) && !name.Equals("charge".Length));
        Assert.Equal(name.GetHashCode(), new TaskName("cHARGE").GetHashCode());
        Assert.Equal(("Charge", "Charge"), ((string)name, name.ToString()));
        Assert.Equal(default, (TaskName)"");
        Assert.Equal(0, default(TaskName).GetHashCode());
    }

    [Fact]
    public void TaskVersion_OfNothing_IsUnversioned_AndWhiteSpaceIsNone()
    {
        Assert.True(new TaskVersion("") == TaskVersion.Unversioned && (TaskVersion)"1.A" == "1.a" && new TaskVersion("1") != new TaskVersion("2"));
        Assert.Equal(new TaskVersion("x").GetHashCode(), new TaskVersion("X").GetHashCode());
        Assert.True(new TaskVersion("1").Equals((object)new TaskVersion("1")));
        Assert.Equal("2.0", (string)new TaskVersion("2.0"));
        Assert.Throws<ArgumentException>(() => new TaskVersion("  "));
    }

    [Theory]
    [InlineData(0, 1, 1, null, null)]
    [InlineData(1, 0, 1, null, null)]
    [InlineData(1, 1, 0.9, null, null)]
    [InlineData(1, 10, 1, 9, null)]
    [InlineData(1, 10, 1, null, 9)]
    public void RetryPolicy_OutsideItsRanges_IsRefused(int attempts, int seconds, double coefficient, int? longest, int? timeout) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(attempts, Seconds(seconds)!.Value, coefficient, Seconds(longest), Seconds(timeout)));

    [Fact]
    public void RetryPolicy_HasTheOfficialDefaults()
    {
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1), maxRetryInterval: null, retryTimeout: Timeout.InfiniteTimeSpan);

        Assert.Equal((3, TimeSpan.FromSeconds(1), 1.0), (policy.MaxNumberOfAttempts, policy.FirstRetryInterval, policy.BackoffCoefficient));
        Assert.Equal((TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan), (policy.MaxRetryInterval, policy.RetryTimeout));
    }

    [Fact]
    public void Options_AreCopiedWhole()
    {
        TaskRetryOptions fromPolicy = new RetryPolicy(1, TimeSpan.FromSeconds(1));
        TaskRetryOptions fromHandler = (RetryHandler)(_ => true);
        TaskRetryOptions fromAsync = (AsyncRetryHandler)(_ => Task.FromResult(true));
        var options = new TaskOptions(fromPolicy, new Dictionary<string, string> { ["a"] = "b" }) { Version = "2.0" };

        var copied = new SubOrchestrationOptions(new SubOrchestrationOptions(options.WithInstanceId("child")));

        Assert.Equal(("child", "2.0", fromPolicy), (copied.InstanceId, copied.Version!.Value.Version, copied.Retry));
        Assert.Equal("b", copied.Tags!["a"]);
        Assert.NotNull(fromHandler.Handler);
        Assert.NotNull(fromAsync.Handler);
        Assert.Null(new SubOrchestrationOptions(fromHandler).InstanceId);
        Assert.Equal((1, "2.0"), (new TaskOptions(options).Retry!.Policy!.MaxNumberOfAttempts, new TaskOptions(options).Version!.Value.Version));
        var start = new StartOrchestrationOptions(new StartOrchestrationOptions("id", DateTimeOffset.UnixEpoch) { Version = "2.0" }) with { DedupeStatuses = ["Running"] };
        Assert.Equal(("id", DateTimeOffset.UnixEpoch, "2.0", "Running"), (start.InstanceId, start.StartAt, start.Version!.Value.Version, start.DedupeStatuses![0]));
        Assert.Equal(["Failed"], new StartOrchestrationOptions().WithDedupeStatuses(OrchestrationRuntimeStatus.Failed).DedupeStatuses);
    }

    [Fact]
    public void Options_HaveTheOfficialDefaults()
    {
        var next = new ContinueAsNewOptions();
        Assert.Equal((null, null, true), (next.NewInput, next.NewVersion, next.PreserveUnprocessedEvents));
        var query = new OrchestrationQuery();
        Assert.Equal((null, null, null, null), (query.CreatedFrom, query.CreatedTo, query.Statuses, query.TaskHubNames));
        Assert.Equal((null, false, null), (query.InstanceIdPrefix, query.FetchInputsAndOutputs, query.ContinuationToken));
        var filter = new PurgeInstancesFilter();
        Assert.Equal((null, null, null), (filter.CreatedFrom, filter.CreatedTo, filter.Statuses));
        Assert.Equal((null, false, false), (new TerminateInstanceOptions().Output, new TerminateInstanceOptions().Recursive, new PurgeInstanceOptions().Recursive));
    }

    [Fact]
    public void FailureDetails_KnowTheirCausesByType()
    {
        var details = TaskFailureDetails.FromException(new FormatException("no number", new TimeoutException("late")));

        Assert.Equal("System.FormatException: no number", details.ToString());
        Assert.True(details.IsCausedBy<FormatException>() && details.IsCausedBy<SystemException>() && !details.IsCausedBy<TimeoutException>());
        Type cause = typeof(TimeoutException);
        Assert.True(details.InnerFailure!.IsCausedBy(cause));
        Assert.False((details with { ErrorType = "No.Such.Exception" }).IsCausedBy<Exception>());
        Assert.Throws<ArgumentException>(() => details.IsCausedBy(typeof(string)));
    }

    [Fact]
    public void FailedTask_TellsNameNumberAndReason()
    {
        var failed = new TaskFailedException("Charge", 4, new FormatException("no number"));

        Assert.Equal("Task 'Charge' (#4) failed with an unhandled exception: no number", failed.Message);
        Assert.Equal(("Charge", 4, "System.FormatException"), (failed.TaskName, failed.TaskId, failed.FailureDetails.ErrorType));
        Assert.IsType<FormatException>(failed.InnerException);
        Assert.Equal(failed.FailureDetails, new TaskFailedException("Charge", 4, failed.FailureDetails).FailureDetails);
#pragma warning disable CS0618 // Mirrored, so it works
        Assert.True(failed.IsCausedByException<FormatException>());
#pragma warning restore CS0618
    }

    [Fact]
    public void Json_KeepsNullAndReadsFields()
    {
        Assert.Null(JsonDataConverter.Default.Serialize(null));
        Assert.Equal(0, JsonDataConverter.Default.Deserialize<int>(null));
        Assert.Equal("""{"a":1}""", new JsonDataConverter(System.Text.Json.JsonSerializerOptions.Web).Serialize(new { A = 1 }));
        Assert.Equal((1, 2), JsonDataConverter.Default.Deserialize<(int, int)>(JsonDataConverter.Default.Serialize((1, 2))));
    }

    [Fact]
    public void Metadata_TellsStateAndReadsWhatWasFetched()
    {
        var metadata = new OrchestrationMetadata("Charge", "1")
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Completed, DataConverter = JsonDataConverter.Default, SerializedInput = "1", SerializedOutput = "\"two\"",
            SerializedCustomStatus = "true", CreatedAt = DateTimeOffset.UnixEpoch, LastUpdatedAt = DateTimeOffset.UnixEpoch.AddDays(1),
            FailureDetails = TaskFailureDetails.FromException(new TimeoutException("late")),
        };

        Assert.Equal((1, "two", true, false), (metadata.ReadInputAs<int>(), metadata.ReadOutputAs<string>(), metadata.IsCompleted, metadata.IsRunning));
        Assert.Equal("[Name: 'Charge', ID: '1', RuntimeStatus: Completed]", metadata.ToString());
        Assert.Equal((true, TimeSpan.FromDays(1), "late"), (metadata.ReadCustomStatusAs<bool>(), metadata.LastUpdatedAt - metadata.CreatedAt, metadata.FailureDetails.ErrorMessage));
        Assert.Equal((3, null), (new PurgeResult(3).PurgedInstanceCount, new PurgeResult(3).IsComplete));
        Assert.Equal((3, false), (new PurgeResult(3, false).PurgedInstanceCount, new PurgeResult(3, isComplete: false).IsComplete));
        Assert.Equal((100, null), (new OrchestrationQuery().PageSize, new PurgeInstancesFilter().Timeout));
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}

using Npgsql;
using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class IntakeFailureTests
{
    [Theory]
    [InlineData("22003", "OfTheEvents")] // a number too large for its column
    [InlineData("23514", "OfTheEvents")] // a check
    [InlineData("54000", "OfTheEvents")] // too long for an index
    [InlineData("P0001", "OfTheEvents")] // raised by a function of ours
    [InlineData("42703", "Refused")] // no such column
    [InlineData("42501", "Refused")] // a grant is missing
    [InlineData("0A000", "Refused")] // a cached plan that is too old
    [InlineData("XX000", "Refused")]
    [InlineData("40P01", "Busy")]
    [InlineData("40001", "Busy")]
    [InlineData("55P03", "Busy")]
    [InlineData("57014", "Busy")]
    [InlineData("25006", "Away")] // it has become a standby
    [InlineData("28P01", "Away")]
    [InlineData("3D000", "Away")]
    [InlineData("40003", "Away")]
    [InlineData("53300", "Away")] // too many connections
    [InlineData("57P01", "Away")]
    [InlineData("58030", "Away")]
    [InlineData("08006", "Away")]
    public void WhatPostgreSqlSays(string state, string failure) =>
        Assert.Equal(failure, IntakeFailures.Of(new PostgresException("It cannot.", "ERROR", "ERROR", state)).ToString());

    [Fact]
    public void WhatNobodySays()
    {
        Assert.Equal(IntakeFailure.Silent, IntakeFailures.Of(new NpgsqlException("Reading failed.", new TimeoutException())));
        Assert.Equal(IntakeFailure.Away, IntakeFailures.Of(new NpgsqlException("Reading failed.", new IOException())));
        Assert.Equal(IntakeFailure.OfTheEvents, IntakeFailures.Of(new InvalidOperationException("A bug.")));
    }
}

using Azure;
using Npgsql;
using NxLoy.Functions.Exports;

namespace NxLoy.Functions.UnitTests.Exports;

public sealed class ExportFaultsTests
{
    public static TheoryData<Exception, string> Faults => new()
    {
        { new IncompleteExportException("x"), "incomplete" },
        { new NpgsqlException("x"), "database_unavailable" },
        { new RequestFailedException(507, "x"), "storage_full" },
        { new RequestFailedException(500, "x"), "storage_unavailable" },
        { new AggregateException(new RequestFailedException("gone")), "storage_unavailable" },
        { new AggregateException(), "internal_error" },
        { new IOException("x"), "storage_unavailable" },
        { new InvalidOperationException("x"), "internal_error" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fault_HasANameThatUsersAreTold(Exception fault, string code) => Assert.Equal(code, ExportFaults.CodeOf(fault));
}

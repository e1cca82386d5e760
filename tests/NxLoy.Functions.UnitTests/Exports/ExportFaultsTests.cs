using Azure;
using Npgsql;
using NxLoy.Functions.Database;
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

    [Fact]
    public async Task DatabaseThatCannotEvenTakeTheNote_DoesNotHideTheFault()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Timeout=1");
        await using var database = new BusinessDatabase(nowhere, nowhere);

        await Assert.ThrowsAsync<NotSupportedException>(() => new ExportFaults(database).WatchAsync<int>(
            new ExportRun(Guid.NewGuid(), Guid.NewGuid(), 1), () => throw new NotSupportedException(), default));
    }

    [Fact]
    public void ColumnOfATypeThatNoFileKnows_IsABug()
    {
        using var table = new System.Data.DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };
        table.Columns.Add("x", typeof(TimeSpan));
        using var rows = table.CreateDataReader();

        Assert.Throws<NotSupportedException>(() => ExportColumn.Of(rows));
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("bytes=0-0", 206)]
    public void Download_TellsItsStatusToWhoMeasures(string? range, int status) => Assert.Equal(
        status,
        ((Microsoft.AspNetCore.Http.IStatusCodeHttpResult)new DownloadedExport(Guid.Empty, [], Stream.Null, 10, ByteRange.Parse(range, 10))).StatusCode);
}

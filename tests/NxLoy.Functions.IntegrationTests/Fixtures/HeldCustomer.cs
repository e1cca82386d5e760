using Dapper;
using Npgsql;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>A customer that another session has locked and does not let go of.</summary>
internal sealed class HeldCustomer : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private HeldCustomer(NpgsqlConnection connection) => this.connection = connection;

    public static async Task<HeldCustomer> HoldAsync(TestDatabase database, Guid customer)
    {
        var connection = new NpgsqlConnection(database.Superuser);
        await connection.OpenAsync();
        await connection.ExecuteAsync("begin transaction");
        Assert.Equal(customer, await connection.ExecuteScalarAsync<Guid>("select id from customers where id = @customer for update", new { customer }));
        return new HeldCustomer(connection);
    }

    /// <summary>Lets go.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}

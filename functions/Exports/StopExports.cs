using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Ends every export that is about a customer, in the transaction that erases it: keys and texts are gone with its commit.
/// The blobs, unreadable from then on, are <see cref="DeleteExportFiles"/>'s. Work under way finds its row ended and stops.
/// </summary>
public static class StopExports
{
    /// <returns>All exports that are or were about the customer, whether they had ended or not.</returns>
    public static async Task<IReadOnlyList<Guid>> ExecuteAsync(Session session, Guid customer, DateTimeOffset now) => await session.QueryAsync<Guid>(
        """
        update customer_data_exports
        set failure_code = case when status in ('PENDING', 'PROCESSING') then 'customer_erased' else failure_code end,
            status = case status when 'COMPLETED' then 'EXPIRED' when 'PENDING' then 'FAILED' when 'PROCESSING' then 'FAILED' else status end,
            wrapped_key = null, file_blob = null, file_url = null, file_bytes = null, request_reason = null, decision_reason = null,
            is_swept = false, updated_at = @now
        where id in (
            select id from customer_data_exports where customer_id = @customer
            union all
            select id from customer_data_exports where business_id is null and @customer = any(customer_ids))
        returning id
        """,
        new { customer, now });
}

using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Ends every export that is about a customer, in the transaction that erases it: keys, texts and ties to other businesses
/// are gone with its commit. The blobs, unreadable from then on, are <see cref="DeleteExportFiles"/>'s, and the sweep's where
/// the export was asked for in another business. Work under way finds its row ended and stops.
/// </summary>
public static class StopExports
{
    internal const string Code = "customer_erased";

    /// <returns>All exports that are or were about the customer, whether they had ended or not.</returns>
    public static async Task<StoppedExports> ExecuteAsync(Session session, Guid customer, DateTimeOffset now)
    {
        var met = await session.QueryAsync<StoppedExport>(
            """
            select id, asked_in as askedin, business_id is null as isperson, business_ids as businessids, customer_ids as customerids,
                export_type as exporttype, status in ('PENDING', 'PROCESSING') as isopen
            from customer_data_exports
            where id in (
                select id from customer_data_exports where customer_id = @customer
                union all
                select id from customer_data_exports where business_id is null and @customer = any(customer_ids))
            order by id
            for update
            """,
            new { customer });
        await session.ExecuteAsync(
            """
            update customer_data_exports
            set failure_code = case when status in ('PENDING', 'PROCESSING') then @code else failure_code end,
                status = case status when 'COMPLETED' then 'EXPIRED' when 'PENDING' then 'FAILED' when 'PROCESSING' then 'FAILED' else status end,
                wrapped_key = null, file_blob = null, file_url = null, file_bytes = null, request_reason = null, decision_reason = null,
                is_swept = false, updated_at = @now
            where id = any(@ids)
            """,
            new { ids = met.Select(export => export.Id).ToArray(), code = Code, now });
        foreach (var export in met.Where(export => export.IsPerson))
        {
            await UntieAsync(session, export);
        }

        return new StoppedExports(met);
    }

    /// <summary>
    /// Tells every business concerned what was stopped. Apart from the stopping, so that whoever takes the customer's events
    /// away can do so in between.
    /// </summary>
    public static async Task TellAsync(Session session, StoppedExports stopped, DateTimeOffset now)
    {
        foreach (var export in stopped.Open)
        {
            await session.WriteFailedAsync(export.Id, export.ExportType, export.BusinessIds.Zip(export.CustomerIds), Code, now);
        }
    }

    // A person's row would say for ever whom the erased one was elsewhere. Only as the business asked in: row-level security
    // lets no other one write a row that it is not in.
    private static async Task UntieAsync(Session session, StoppedExport export)
    {
        foreach (var business in export.BusinessIds.Skip(1))
        {
            await session.As(business).ExecuteAsync(
                "delete from customer_data_export_sections where export_id = @Id and business_id = @business", new { export.Id, business });
        }

        await session.As(export.AskedIn).ExecuteAsync(
            "update customer_data_exports set business_ids = array[asked_in], customer_ids = array[customer_id] where id = @Id", new { export.Id });
    }
}

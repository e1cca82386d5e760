using Npgsql;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>Says which customer stands in the way when email, phone or external id are taken in this business.</summary>
internal static class CustomerConflict
{
    /// <summary>The field whose unique index refused the row; null when it was something else.</summary>
    public static string? FieldOf(PostgresException exception) => exception.ConstraintName switch
    {
        _ when exception.SqlState != PostgresErrorCodes.UniqueViolation => null,
        "customers_email_key" => "email",
        "customers_phone_key" => "phone",
        "customers_external_id_key" => "externalId",
        _ => null,
    };

    /// <param name="written">What was to be written, the phone in E.164.</param>
    public static async Task<Problem> ExplainAsync(
        BusinessDatabase database, Guid business, string field, CustomerFields written, CancellationToken cancellation)
    {
        var existing = await database.QueryAsync<Guid>(
            business,
            """
            select id from customers
            where business_id = @business and deleted_at is null
                and (@field = 'email' and email_key = lower(@email) or @field = 'phone' and phone = @phone
                    or @field = 'externalId' and external_id = @externalId)
            """,
            new { business, field, written.Email, written.Phone, written.ExternalId },
            cancellation);

        // Gone in between: the way is free again, which the same request sent again will find.
        return existing is [var id, ..] ? CustomerProblems.Exists(id, field) : CustomerProblems.ChangedMeanwhile;
    }
}
